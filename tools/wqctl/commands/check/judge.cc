// SPDX-License-Identifier: GPL-2.0
#include "commands/check/judge.hh"

#include <fmt/core.h>

#include "commands/check/panics.hh"
#include "commands/check/requests.hh"
#include "commands/check/user_steps.hh"
#include "core/check_bounds.hh"

namespace wqctl {

namespace bounds = wqlab::check_bounds;

namespace {

constexpr uint64_t kTurn = 50'000'000;  // from one look at the check to the next
// What counts of it: a few times what it takes where a step of user space is slow.
constexpr uint64_t kMostOfATurn = bounds::kSecond;

}  // namespace

Judgement Judge::judge(const Promise& promise, const std::string& fault, uint64_t seed)
{
    if (promise.classes & WQLAB_CHECK_NEGATIVE)
        if (const std::string setting = panics_on_warning(); !setting.empty())
            return {
                promise, WQLAB_CHECK_SKIP, "it makes the kernel warn, which would panic: " + setting + " is set", {}, 0,
                false};
    // The module's watcher ends every check sooner, unless the CPU on which it sleeps has died. Both count hardly any
    // time in which the machine could not run, so a guest that is stopped for an hour is not given up here either.
    patience_ = wqlab::Patience(2 * bounds::whole(promise.classes & WQLAB_CHECK_SLOW), monotonic_ns());
    start_check(lab_, promise.id, fault, seed);
    const CheckState state = follow(promise);
    return {promise, state.status, state.reason, state.evidence, state.elapsed_ns, state.quarantined};
}

CheckState Judge::follow(const Promise& promise)
{
    UserSteps steps;
    for (;;) {
        CheckState state = fetch_check(lab_);
        if (state.state == WQLAB_CHECK_DONE)
            return state;
        if (patience_.spend(monotonic_ns(), kMostOfATurn) || interruptions_ > 1) {
            // Its verdict may be known already.
            if (state.reason.empty()) {
                state.status = interruptions_ ? WQLAB_CHECK_SKIP : WQLAB_CHECK_FAIL;
                state.reason = interruptions_ ? "stopped" : "it does not end, nor does the module give it up";
            }
            state.evidence.emplace_back("wqctl does not wait for its end any more");
            if (!interruptions_)
                ended_ = "the module does not end check " + promise.number();
            return state;
        }
        if (state.state == WQLAB_CHECK_ASKING) {
            const int error = steps.perform(state.step_kind, state.path, state.text);
            answer_check(lab_, state.step, error, state.text);
            continue;
        }
        wait();
    }
}

// For an event, or a little while: events can get lost.
void Judge::wait()
{
    switch (wait_for(kTurn, interrupts_, events_.fd())) {
    case Woken::kByTime: return;
    case Woken::kByInput:
    case Woken::kByHangup: return events_.take([](uint8_t, const Attributes&) {});
    case Woken::kByInterrupt:
        interruptions_++;
        ended_ = "interrupted";
        // A second to end by itself, then the grace with help.
        patience_ = wqlab::Patience(2 * bounds::kGrace + 5 * bounds::kSecond, monotonic_ns());
        stop_check(lab_);
    }
}

Judgement Judge::prove(const Promise& promise)
{
    Judgement result;
    result.promise = promise;
    result.status = WQLAB_CHECK_SKIP;
    result.reason = "no stand-in is named for it";
    for (const std::string& fault : promise.proofs) {
        const Judgement seen = judge(promise, fault, 1);
        result.elapsed_ns += seen.elapsed_ns;
        result.quarantined = result.quarantined || seen.quarantined;
        result.evidence.push_back(fmt::format("{}: {} {}", fault, status_name(seen.status), seen.reason));
        result.status = seen.status == WQLAB_CHECK_FAIL   ? WQLAB_CHECK_PASS
                        : seen.status == WQLAB_CHECK_SKIP ? WQLAB_CHECK_SKIP
                                                          : WQLAB_CHECK_FAIL;
        result.reason = seen.status == WQLAB_CHECK_PASS ? "a stand-in with the fault " + fault + " passed"
                                                        : seen.reason;
        if (result.status == WQLAB_CHECK_FAIL || !ended_.empty())
            break;
    }
    return result;
}

}  // namespace wqctl
