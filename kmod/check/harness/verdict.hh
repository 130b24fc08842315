// SPDX-License-Identifier: GPL-2.0
// What a check found: the verdict, why, and what was seen besides.
#pragma once

#include "../../core/text.hh"
#include "../../lab/sync.hh"
#include "promise.hh"

namespace wqlab {

class Verdict {
public:
    static constexpr size_t kReason = 256;
    static constexpr size_t kEvidence = 1536;

    // A stand-in that fails shows nothing that is known of the kernel.
    Verdict(const Promise& promise, Fault fault);
    Verdict(const Verdict&) = delete;

    // The first one counts, except that nothing outdoes fail_hard().
    void fail(const char* format, ...) __attribute__((format(printf, 2, 3)));
    void skip(const char* format, ...) __attribute__((format(printf, 2, 3)));
    // For what is wrong whatever the check saw: also of a promise that is known not to be kept, and if it was skipped.
    void fail_hard(const char* format, ...) __attribute__((format(printf, 2, 3)));
    // What was seen, whatever the verdict: a line of the evidence.
    void note(const char* format, ...) __attribute__((format(printf, 2, 3)));
    // Of a check that meets what it looks for by chance only: how often it tried, and what it would have missed. After
    // n tries that all went well, what shows in one of n/3 is missed by one check in twenty: (1 - 3/n)^n is e^-3.
    void tried(uint32_t times, const char* what);
    bool decided() const { return __atomic_load_n(&decided_, __ATOMIC_ACQUIRE); }

    // What there is of it so far. Any thread.
    void copy(uint32_t& status, char (&reason)[kReason], char (&evidence)[kEvidence]);

private:
    void decide(uint32_t status, const char* format, __builtin_va_list arguments);
    // With lock_ held.
    void write_reason(uint32_t status, const char* format, __builtin_va_list arguments);
    void add_evidence(const char* format, __builtin_va_list arguments);
    void add_line(const char* format, ...) __attribute__((format(printf, 2, 3)));

    const uint32_t failed_;                   // enum wqlab_check_status: what failing means on this kernel
    NamedMutex<"wqlab trial verdict"> lock_;  // protects the writing of all below
    bool decided_ = false;
    uint32_t status_ = WQLAB_CHECK_PASS;
    char reason_[kReason] = {};
    char evidence_[kEvidence] = {};
    size_t evidence_used_ = 0;
};

}  // namespace wqlab
