// SPDX-License-Identifier: GPL-2.0
// A trial in a thread of its own, as the one who watches it sees it: it may
// hang at any time, and what helps it may hang too.
#pragma once

#include "../../core/warnings.hh"
#include "helper.hh"
#include "trial.hh"

namespace wqlab {

class TrialThread {
public:
    TrialThread(const Check& check, const Kernel& kernel, Fault fault, uint64_t seed)
        : check_(check), trial_(*check.promise, kernel, fault, seed)
    {
    }
    TrialThread(const TrialThread&) = delete;

    // warnings: of the kernel's workqueue code. Who keeps a promise gives none, unless the check provokes it. nullptr:
    // nobody hears them.
    Result<void> create(const Warnings* warnings);
    void start() { thread_.wake(); }

    // ---- nothing below hangs, whatever the trial does
    Trial& trial() { return trial_; }
    const Promise& promise() const { return *check_.promise; }
    // Its thread has nothing to do any more, and everything of it has ended.
    bool finished() const { return __atomic_load_n(&finished_, __ATOMIC_ACQUIRE); }
    // The check itself has run, and its instruments are being ended.
    bool is_ending() const { return __atomic_load_n(&is_ending_, __ATOMIC_ACQUIRE); }
    // Signalled when it is finished, and by who wants its watcher to look.
    Event& turn() { return turn_; }
    // Fails the trial, whatever it saw, by where it hangs; all the places are evidence.
    void fail_where_it_hangs();
    void note_where_it_hangs();
    // Threads that note what the trial's pools do, and give stuck items company, come to help.
    void call_for_help();
    // Even they have not ended, though the trial may have.
    bool is_being_helped() const { return witness_.busy() || companion_.busy(); }
    // All of its threads may run in it for ever: it is left behind as it is.
    void leave();

private:
    void main();
    void judge_warnings(uint32_t ours, uint32_t all);
    void describe() { describe_pools(trial_); }
    void keep_company();
    void note(Span<const Calls::Group> groups);

    const Check& check_;
    const Warnings* warnings_ = nullptr;
    Trial trial_;
    Helper witness_;
    Helper companion_;
    Event turn_;
    bool is_ending_ = false;
    bool finished_ = false;
    Kthread thread_;
};

}  // namespace wqlab
