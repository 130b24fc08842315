// SPDX-License-Identifier: GPL-2.0
// A work item that notes each of its executions: when, in the order of the
// trial's tickets, and where. The trial owns it and sees to its end.
#pragma once

#include "../../glue/work.h"
#include "../../lab/work_item.hh"
#include "fault.hh"

extern "C" void wqlab_test_item(work_struct* work);  // the work function

namespace wqlab {

class Queue;
class Trial;

// One execution, as seen from inside.
struct Execution {
    uint64_t start = 0;    // tickets: a later event has a higher one
    uint64_t end = 0;      // 0: goes on
    uint64_t jiffies = 0;  // at its start
    uint64_t cpus = 0;     // where its worker may run, of the first 64
    uint64_t payload = 0;  // what set_payload() had left, as it saw it
    uint32_t cpu = 0;
    int32_t pid = 0;
    int32_t nice = 0;
    bool softirq = false;
    char command[16] = {};
};

class TestItem : public WorkItem<TestItem> {
public:
    enum class Body : uint8_t {
        kReturn,   // returns at once
        kGate,     // sleeps until open()
        kSpin,     // spins, ready to be preempted, until open(); for BH without that
        kRequeue,  // queues itself again on the queue it came from, requeues() times in all
        kCall,     // calls on_run()'s function
    };
    using Function = void (*)(TestItem& item, void* argument);

    TestItem(Trial& trial, const char* name, Body body, wqlab_work_kind kind, bool deferrable);

    // ---- before it is queued
    TestItem& requeues(uint32_t times)
    {
        requeues_ = times;
        return *this;
    }
    TestItem& on_run(Function function, void* argument = nullptr)
    {
        body_ = Body::kCall;
        function_ = function;
        argument_ = argument;
        return *this;
    }
    // Relaxed, while the item may run: that it is seen is the promise of queue_work(), and must not be ours.
    void set_payload(uint64_t payload) { __atomic_store_n(&payload_, payload, __ATOMIC_RELAXED); }
    // That of the last execution.
    uint64_t payload_before() const { return payload_before_; }

    // ---- the kernel's functions; a fault of the trial's stands in for some (api.hh)
    bool queue(Queue& queue) { return queue_on(queue, -1); }
    bool queue_on(Queue& queue, int cpu);  // -1: WORK_CPU_UNBOUND
    bool queue_on(Queue& queue, uint32_t cpu) { return queue_on(queue, static_cast<int>(cpu)); }
    bool queue_node(Queue& queue, int node);
    bool queue_delayed(Queue& queue, uint64_t jiffies, int cpu = -1);
    bool mod_delayed(Queue& queue, uint64_t jiffies, int cpu = -1);
    bool queue_rcu(Queue& queue);
    bool flush();
    bool cancel();
    bool cancel_sync();
    bool disable(bool sync = false);
    bool enable();
    bool enable_and_queue(Queue& queue);
    bool pending();   // work_pending()
    uint32_t busy();  // WQLAB_BUSY_PENDING, WQLAB_BUSY_RUNNING
    bool timer_pending() { return wqlab_timer_pending(work()); }
    uint64_t timer_expires() { return wqlab_timer_expires(work()); }
    bool timer_is_deferrable() { return wqlab_timer_is_deferrable(work()); }
    work_struct* address() { return work(); }
    using WorkItem::kind;

    // ---- its gate, or what it spins for; closed at first
    void open()
    {
        __atomic_store_n(&open_, true, __ATOMIC_RELEASE);
        gate_.open();
    }
    void close()
    {
        __atomic_store_n(&open_, false, __ATOMIC_RELEASE);
        gate_.close();
    }
    bool is_open() const { return __atomic_load_n(&open_, __ATOMIC_ACQUIRE); }

    // ---- what was seen
    const char* name() const { return name_; }
    Queue* queue() const { return queue_; }  // the one it was last queued on
    uint32_t started() const { return __atomic_load_n(&started_, __ATOMIC_ACQUIRE); }
    uint32_t ended() const { return __atomic_load_n(&ended_, __ATOMIC_ACQUIRE); }
    bool running() const { return started() != ended(); }
    uint32_t overlapped() const { return __atomic_load_n(&overlapped_, __ATOMIC_ACQUIRE); }  // most executions at once
    // Of the i-th execution, from 0; the last kKept are kept. What it saw at its start is released by started(), its
    // end by ended().
    static constexpr uint32_t kKept = 8;
    const Execution& execution(uint32_t i) const { return executions_[i % kKept]; }
    const Execution& last() const { return execution(started() - 1); }

    // The work function.
    void execute();

private:
    friend void ::wqlab_test_item(work_struct* work);
    friend class Instruments;

    void perform();
    void hold();
    void spin();

    Trial& trial_;
    const char* const name_;
    TestItem* next_ = nullptr;  // in the trial's list
    Body body_;
    bool open_ = false;
    Gate gate_;
    Queue* queue_ = nullptr;
    Function function_ = nullptr;
    void* argument_ = nullptr;
    uint32_t requeues_ = 0;
    uint32_t started_ = 0;
    uint32_t ended_ = 0;
    uint32_t inside_ = 0;
    uint32_t overlapped_ = 0;
    uint64_t payload_ = 0;
    uint64_t payload_before_ = 0;
    Execution executions_[kKept];
};

// Several items; each that could not be had is one that does nothing.
class Items {
public:
    Items() = default;
    Items(TestItem** list, uint32_t n, TestItem* none) : list_(list), n_(n), none_(none) {}

    TestItem* operator[](uint32_t i) const { return i < n_ ? list_[i] : none_; }

private:
    TestItem** list_ = nullptr;
    uint32_t n_ = 0;
    TestItem* none_ = nullptr;
};

// Executions that have started, of all of them together.
inline uint32_t started(const Items& items, uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += items[i]->started();
    return sum;
}

// Those that have ended.
inline uint32_t executions(const Items& items, uint32_t n)
{
    uint32_t ended = 0;
    for (uint32_t i = 0; i < n; i++)
        ended += items[i]->ended();
    return ended;
}

}  // namespace wqlab
