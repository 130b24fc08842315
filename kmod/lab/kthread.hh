// SPDX-License-Identifier: GPL-2.0
// A kernel thread that ends when its owner does, and how it sleeps.
#pragma once

#include "../core/result.hh"
#include "../glue/thread.h"
#include "../glue/time.h"

namespace wqlab {

class Kthread {
public:
    static constexpr int kAnyCpu = -1;

    Kthread() = default;
    Kthread(Kthread&& other) : task_(std::exchange(other.task_, nullptr)) {}
    Kthread& operator=(Kthread&& other)
    {
        std::swap(task_, other.task_);
        return *this;
    }
    ~Kthread() { join(); }

    // Runs object.*Main() once woken. Bound to cpu, unless kAnyCpu.
    template <auto Main, typename Object>
    static Result<Kthread> create(Object& object, int cpu, const char* name)
    {
        Kthread thread;
        thread.task_ = wqlab_thread_create([](void* argument) { (static_cast<Object*>(argument)->*Main)(); }, &object,
                                           cpu, name);
        if (!thread.task_)
            return Errno::kNoMemory;
        return thread;
    }

    // Any context. Nothing if there is none.
    void wake()
    {
        if (task_)
            wake_up_process(task_);
    }

    // Waits for Main's return; if it has not begun yet, it never does.
    void join()
    {
        if (task_)
            wqlab_thread_stop(std::exchange(task_, nullptr));
    }

    // Lets it run for ever: it can't be joined.
    void leave() { task_ = nullptr; }

    // Sleeps once, unless the condition holds already. It may not hold after.
    // Preparing is set_current_state(), a full barrier behind the new state; waking
    // is wake_up_process(), a full barrier before the look at it: either the
    // condition is seen here, or the sleeper there, on any processor.
    template <typename Condition>
    static void sleep_unless(Condition condition)
    {
        wqlab_sleep_prepare();
        if (condition())
            wqlab_sleep_cancel();
        else
            schedule();
    }

    // Sleeps until the condition holds; checks it after making ready to sleep,
    // so that whoever makes it true and then wakes is never missed.
    template <typename Condition>
    static void sleep_until(Condition condition)
    {
        do
            sleep_unless(condition);
        while (!condition());
    }

    // The same, but no longer than the deadline.
    template <typename Condition>
    static void sleep_until(uint64_t deadline, Condition condition)
    {
        do {
            wqlab_sleep_prepare();
            if (condition()) {
                wqlab_sleep_cancel();
                return;
            }
            wqlab_sleep_commit_until(deadline);
        } while (!condition() && wqlab_now() < deadline);
    }

private:
    task_struct* task_ = nullptr;
};

}  // namespace wqlab
