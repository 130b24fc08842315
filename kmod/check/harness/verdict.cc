// SPDX-License-Identifier: GPL-2.0
#include "verdict.hh"

#include "../../glue/text.h"
#include "../../glue/workqueue.h"

namespace wqlab {

namespace {

bool is_known(const Known& known, Fault fault)
{
    return fault == Fault::kNone && known.applies(wqlab_features(), wqlab_lacks(), wqlab_since_7_1());
}

}  // namespace

Verdict::Verdict(const Promise& promise, Fault fault)
    : failed_(is_known(promise.known, fault) ? WQLAB_CHECK_KNOWN : WQLAB_CHECK_FAIL)
{
}

void Verdict::write_reason(uint32_t status, const char* format, __builtin_va_list arguments)
{
    wqlab_format_list(reason_, sizeof(reason_), format, arguments);
    status_ = status;
    __atomic_store_n(&decided_, true, __ATOMIC_RELEASE);
}

void Verdict::add_evidence(const char* format, __builtin_va_list arguments)
{
    const size_t left = sizeof(evidence_) - evidence_used_;
    if (left < 2)
        return;
    evidence_used_ += static_cast<size_t>(wqlab_format_list(evidence_ + evidence_used_, left - 1, format, arguments));
    evidence_[evidence_used_++] = '\n';
    evidence_[evidence_used_] = '\0';
}

void Verdict::add_line(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    add_evidence(format, arguments);
    __builtin_va_end(arguments);
}

void Verdict::decide(uint32_t status, const char* format, __builtin_va_list arguments)
{
    const Mutex::Guard guard(lock_);
    if (!decided_)
        write_reason(status, format, arguments);
}

void Verdict::fail(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    decide(failed_, format, arguments);
    __builtin_va_end(arguments);
}

void Verdict::fail_hard(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    {
        const Mutex::Guard guard(lock_);
        // The reason that it had is evidence then.
        if (decided_ && status_ != WQLAB_CHECK_FAIL)
            add_line("%s", reason_);
        if (status_ != WQLAB_CHECK_FAIL)
            write_reason(WQLAB_CHECK_FAIL, format, arguments);
    }
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
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    {
        const Mutex::Guard guard(lock_);
        add_evidence(format, arguments);
    }
    __builtin_va_end(arguments);
}

void Verdict::tried(uint32_t times, const char* what)
{
    note("%u tries (%s): what shows in one of %u is missed in one check of twenty", times, what,
         times > 3 ? times / 3 : 1);
}

void Verdict::copy(uint32_t& status, char (&reason)[kReason], char (&evidence)[kEvidence])
{
    const Mutex::Guard guard(lock_);
    status = status_;
    Text(reason).add(reason_);
    Text(evidence).add(evidence_);
}

}  // namespace wqlab
