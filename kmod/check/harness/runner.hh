// SPDX-License-Identifier: GPL-2.0
// Runs one check at a time, and watches it: one that hangs is helped, and if
// that does not help left behind, so that the next one finds a working lab.
#pragma once

#include "../../lab/kthread.hh"
#include "kernel_log.hh"
#include "suite.hh"
#include "trial_thread.hh"

namespace wqlab {

class Runner {
public:
    struct State {
        uint32_t state = WQLAB_CHECK_DONE;
        uint32_t status = WQLAB_CHECK_PASS;
        uint64_t elapsed = 0;
        bool quarantined = false;
        Step step;
        char reason[Verdict::kReason] = {};
        char evidence[Verdict::kEvidence] = {};

        // Not by assignment: a second one does not fit the stack.
        void reset()
        {
            state = WQLAB_CHECK_DONE;
            status = WQLAB_CHECK_PASS;
            elapsed = 0;
            quarantined = false;
            reason[0] = evidence[0] = '\0';
        }
    };

    explicit Runner(const Kernel& kernel) : kernel_(kernel) {}
    // Ends the one that runs.
    ~Runner() { shut_down(); }

    // turn: told when get() has something new to say; any thread.
    void on_turn(void (*turn)()) { turn_ = turn; }
    // kBusy: one runs. kNoMemory, kNoDevice: going.
    Result<void> start(const Check& check, Fault fault, uint64_t seed, uint32_t owner);
    void get(State& state);
    // False: the owner's does not wait for that step.
    bool answer(uint32_t owner, uint32_t step, int error, const char* text);
    // Ends the owner's, if it still runs. kNoEntry: the last one is another's.
    Result<void> stop(uint32_t owner);
    void owner_gone(uint32_t owner);
    // Never returns where something was left behind: its memory and code must stay.
    void shut_down();

private:
    using Listener = LogListener<Warnings>;

    Result<Box<TrialThread>> make(const Check& check, Fault fault, uint64_t seed, const Listener* listener) const;
    void stop();
    void watch();  // the watcher's thread
    // Until the trial has ended or is to stop, or must have hung, by core/check_bounds.hh.
    void wait_for_end();
    // Looks ten times a second, and tells user space once a second that it is there.
    template <typename Condition>
    void wait_while(Condition condition);
    void keep_verdict();
    // L. What nobody needs any more, to end with the lock open: that waits for all CPUs.
    Box<Listener> unheard();

    const Kernel& kernel_;
    void (*turn_)() = nullptr;

    // L, protects all below but what is atomic. It is held for looks and moves only:
    // closing any generic-netlink socket of the machine takes it (owner_gone()).
    NamedMutex<"wqlab check suite"> lock_;
    // Hears the kernel's log as long as the socket is open that had a check judged.
    Box<Listener> listener_;
    bool left_behind_ = false;  // something, ever
    bool opening_ = false;      // a trial is being made, with the lock open
    Box<TrialThread> trial_;
    Kthread watcher_;
    bool stopping_ = false;
    bool busy_ = false;
    bool going_ = false;
    uint32_t owner_ = 0;  // netlink port of who started the last one, or tried
    bool owner_gone_ = false;
    uint64_t began_ = 0;
    State last_;
};

}  // namespace wqlab
