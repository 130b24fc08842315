// SPDX-License-Identifier: GPL-2.0
// A machine on which no worker can be made, as when memory is short: for that there are rescuers.
#pragma once

#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "look.hh"

namespace wqlab {

// Somebody else's worker that had nothing to do any more: no worker had to be made, and nothing is shown. No thread
// that runs an item is called as those are that end.
inline bool is_other_worker(const char* command)
{
    return __builtin_memcmp(command, "kworker/", 8) == 0 && __builtin_memcmp(command, "kworker/dying", 13) != 0 &&
           !is_rescuer(command);
}

// No new thread can be made while this lasts: user space sets the limit to what
// there is, and takes it back.
class NoNewThreads {
public:
    explicit NoNewThreads(Trial& trial) : trial_(trial)
    {
        // "0.50 0.40 0.30 2/123 4567"
        if (trial.ask(WQLAB_STEP_READ, kLimit, "")) {
            trial.skip("%s can't be read", kLimit);
            return;
        }
        Text(before_).add(trial.text());
        if (trial.ask(WQLAB_STEP_READ, "/proc/loadavg", "")) {
            trial.skip("/proc/loadavg can't be read");
            return;
        }
        const char* at = trial.text();
        while (*at && *at != '/')
            at++;
        uint32_t threads = 0;
        for (at += *at == '/'; *at >= '0' && *at <= '9'; at++)
            threads = threads * 10 + static_cast<uint32_t>(*at - '0');
        char text[16];
        // The kernel takes nothing below 20, and what ends meanwhile makes room.
        wqlab_format(text, sizeof(text), "%u", threads > 40 ? threads - 20 : 20);
        const int error = trial.ask(WQLAB_STEP_WRITE, kLimit, text);
        set_ = error == 0;
        if (error)
            trial.skip("%s can't be written: error %d", kLimit, error);
    }
    NoNewThreads(const NoNewThreads&) = delete;
    ~NoNewThreads() { end(); }

    void end()
    {
        if (std::exchange(set_, false) && trial_.ask(WQLAB_STEP_WRITE, kLimit, before_))
            trial_.fail("%s could not be set back", kLimit);
    }

private:
    static constexpr const char* kLimit = "/proc/sys/kernel/threads-max";

    Trial& trial_;
    char before_[24] = {};
    bool set_ = false;
};

// Uses up the workers of the pool that the workqueue has for a CPU with items that sleep. False: decided.
inline bool use_up_workers(Trial& t, Queue& wq, uint32_t cpu)
{
    for (uint32_t i = 0; i < 200; i++) {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        if (!now)
            return false;
        const wqlab_snap_pool* pool = pool_of_cpu(*now, wq, cpu);
        if (pool && pool->nr_idle == 0 && pool->nr_pending)
            return true;
        TestItem& sleeper = t.item("a sleeper", TestItem::Body::kGate);
        wqlab_queue_bare_on(wq.get(), sleeper.address(), static_cast<int>(cpu));
        wqlab_sleep(2'000'000);
    }
    t.skip("workers are still made, or there are too many");
    return false;
}

// A CPU that can't help itself any more, a workqueue of it, and one that has a rescuer.
class Distress {
public:
    // Skips the trial if it does not come to that. The workqueues are there before: a rescuer is a thread, too.
    explicit Distress(Trial& trial)
        : cpu(trial.other_cpu(trial.first_cpu())),
          plain(trial.queue({.max_active = 512})),
          saved(trial.queue({.flags = WQLAB_WQ_MEM_RECLAIM})),
          first(trial.item("the first sleeper", TestItem::Body::kGate)),
          scarce_(trial)
    {
        if (trial.decided())
            return;
        kernel::queue_on(trial, plain, first, static_cast<int>(cpu));
        if (trial.wait([&] { return first.started() == 1; }, "the first sleeper to start"))
            use_up_workers(trial, plain, cpu);
    }

    // Threads can be made again.
    void end() { scarce_.end(); }

    const uint32_t cpu;
    Queue& plain;
    Queue& saved;
    TestItem& first;  // one of those that use them up

private:
    NoNewThreads scarce_;
};

}  // namespace wqlab
