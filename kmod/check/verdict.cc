// SPDX-License-Identifier: GPL-2.0
#include "verdict.hh"

#include "../glue/text.h"
#include "../glue/workqueue.h"

namespace wqlab {

namespace {

bool is_known(const Known& known, Fault fault)
{
    return known.reference && fault == Fault::kNone && !(wqlab_features() & known.until_feature);
}

}  // namespace

Verdict::Verdict(const Promise& promise, Fault fault)
    : failed_(is_known(promise.known, fault) ? WQLAB_CHECK_KNOWN : WQLAB_CHECK_FAIL)
{
}

void Verdict::decide(uint32_t status, const char* format, __builtin_va_list arguments)
{
    const Mutex::Guard guard(lock_);
    if (decided_)
        return;
    wqlab_format_list(reason_, sizeof(reason_), format, arguments);
    status_ = status;
    __atomic_store_n(&decided_, true, __ATOMIC_RELEASE);
}

void Verdict::fail(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    decide(failed_, format, arguments);
    __builtin_va_end(arguments);
}

void Verdict::skip(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    decide(WQLAB_CHECK_SKIP, format, arguments);
    __builtin_va_end(arguments);
}

void Verdict::note(const char* format, ...)
{
    const Mutex::Guard guard(lock_);
    const size_t left = sizeof(evidence_) - evidence_used_;
    if (left < 2)
        return;
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    evidence_used_ += static_cast<size_t>(wqlab_format_list(evidence_ + evidence_used_, left - 1, format, arguments));
    __builtin_va_end(arguments);
    evidence_[evidence_used_++] = '\n';
    evidence_[evidence_used_] = '\0';
}

void Verdict::copy(uint32_t& status, char (&reason)[kReason], char (&evidence)[kEvidence])
{
    const Mutex::Guard guard(lock_);
    status = status_;
    Text(reason).add(reason_);
    Text(evidence).add(evidence_);
}

}  // namespace wqlab
