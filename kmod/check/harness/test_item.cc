// SPDX-License-Identifier: GPL-2.0
#include "test_item.hh"

#include "../../core/check_bounds.hh"
#include "../../core/patience.hh"
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "trial.hh"

namespace wqlab {

namespace {

constexpr uint64_t kLongestHold = 90'000'000'000;  // whatever happens, an item lets go
constexpr uint64_t kLongestBhSpin = 2'000'000'000;

}  // namespace

TestItem::TestItem(Trial& trial, const char* name, Body body, wqlab_work_kind kind, bool deferrable)
    : WorkItem(kind, wqlab_test_item), trial_(trial), name_(name), body_(body)
{
    if (deferrable)
        wqlab_work_init_deferrable(work(), wqlab_test_item);
}

bool TestItem::queue_on(Queue& queue, int cpu)
{
    queue_ = &queue;
    return queue.get() && trial_.api().queue_on(trial_, queue, *this, cpu);
}

bool TestItem::queue_node(Queue& queue, int node)
{
    queue_ = &queue;
    return queue.get() && trial_.api().queue_node(trial_, queue, *this, node);
}

bool TestItem::queue_delayed(Queue& queue, uint64_t jiffies, int cpu)
{
    queue_ = &queue;
    return queue.get() && trial_.api().queue_delayed(trial_, queue, *this, cpu, jiffies);
}

bool TestItem::mod_delayed(Queue& queue, uint64_t jiffies, int cpu)
{
    queue_ = &queue;
    return queue.get() && trial_.api().mod_delayed(trial_, queue, *this, cpu, jiffies);
}

bool TestItem::queue_rcu(Queue& queue)
{
    queue_ = &queue;
    return queue.get() && trial_.api().queue_rcu(trial_, queue, *this);
}

bool TestItem::flush() { return trial_.api().flush_work(trial_, *this); }

bool TestItem::cancel() { return trial_.api().cancel(trial_, *this); }

bool TestItem::cancel_sync() { return trial_.api().cancel_sync(trial_, *this); }

bool TestItem::disable(bool sync) { return trial_.api().disable(trial_, *this, sync); }

bool TestItem::enable() { return trial_.api().enable(trial_, *this); }

bool TestItem::enable_and_queue(Queue& queue)
{
    queue_ = &queue;
    return trial_.api().enable_and_queue(trial_, queue, *this);
}

bool TestItem::pending() { return trial_.api().pending(trial_, *this); }

uint32_t TestItem::busy() { return trial_.api().busy(trial_, *this); }

void TestItem::execute()
{
    const uint32_t inside = __atomic_add_fetch(&inside_, 1, __ATOMIC_ACQ_REL);
    for (uint32_t most = overlapped(); inside > most;)
        if (__atomic_compare_exchange_n(&overlapped_, &most, inside, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            break;
    const wqlab_context context = wqlab_current();
    const uint64_t payload = __atomic_load_n(&payload_, __ATOMIC_RELAXED);
    // Executions that overlap are a violation by themselves; their notes may mix.
    Execution& execution = executions_[started_ % kKept];
    execution = {};
    execution.jiffies = wqlab_jiffies();
    execution.cpus = wqlab_current_cpus();
    execution.payload = payload;
    execution.cpu = context.cpu;
    execution.pid = context.pid;
    execution.nice = context.nice;
    execution.softirq = context.softirq;
    wqlab_current_command(execution.command);
    trial_.api().execution(trial_, *this, execution);
    payload_before_ = payload;
    execution.start = trial_.ticket();
    __atomic_add_fetch(&started_, 1, __ATOMIC_RELEASE);
    trial_.changed();

    perform();

    execution.end = trial_.ticket();
    __atomic_sub_fetch(&inside_, 1, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&ended_, 1, __ATOMIC_RELEASE);
    // The trial waits for the item's end (cancel_sync) before it goes.
    trial_.changed();
}

// Both hold out as long as who judges meanwhile is patient: a clock that leaps lets nothing go but a BH item.
void TestItem::hold()
{
    constexpr uint64_t kLook = 10 * check_bounds::kSecond;
    Patience patience(kLongestHold, wqlab_now());
    while (!gate_.wait(kLook) && !patience.spend(wqlab_now(), 2 * kLook)) {
    }
}

void TestItem::spin()
{
    constexpr uint64_t kMostOfTurn = 40'000'000;
    const bool softirq = wqlab_in_softirq();
    Patience patience(softirq ? kLongestBhSpin : kLongestHold, wqlab_now());
    while (!is_open() && !patience.spend(wqlab_now(), softirq ? kLongestBhSpin : kMostOfTurn)) {
        if (!softirq)
            wqlab_resched();
        wqlab_relax();
    }
}

void TestItem::perform()
{
    switch (body_) {
    case Body::kReturn: break;
    case Body::kGate: hold(); break;
    case Body::kSpin: spin(); break;
    case Body::kRequeue:
        // The trial's end sets it to 0 meanwhile. If that is overwritten it goes on, and cancelling ends it.
        if (const uint32_t left = __atomic_load_n(&requeues_, __ATOMIC_RELAXED)) {
            __atomic_store_n(&requeues_, left - 1, __ATOMIC_RELAXED);
            wqlab_queue_bare_on(queue_->get(), address(), -1);
        }
        break;
    case Body::kCall: function_(*this, argument_); break;
    }
}

}  // namespace wqlab

void wqlab_test_item(work_struct* work) { wqlab::TestItem::of(work).execute(); }
