// SPDX-License-Identifier: GPL-2.0
#include "probe.hh"

#include "../glue/context.h"
#include "../glue/inspect.h"
#include "../glue/time.h"
#include "trial.hh"

namespace wqlab {

namespace {

constexpr uint64_t kLongestHold = 90'000'000'000;  // whatever happens, an item lets go
constexpr uint64_t kLongestBhSpin = 2'000'000'000;

}  // namespace

Probe::Probe(Trial& trial, const char* name, Body body, wqlab_work_kind kind, bool deferrable)
    : WorkItem(kind, wqlab_probe), trial_(trial), name_(name), body_(body)
{
    if (deferrable)
        wqlab_work_init_deferrable(work(), wqlab_probe);
}

// What every queue function returns, unless a fault stands in.
bool Probe::queued(bool result)
{
    return result != trial_.has_fault(Fault::kQueueLies);
}

bool Probe::queue(Queue& queue)
{
    const uint32_t call = __atomic_add_fetch(&trial_.queue_calls_, 1, __ATOMIC_RELAXED);
    queue_ = &queue;
    payload_before_ = call > 1 ? payload_before_ : payload_;
    if (!queue.get())
        return false;
    switch (trial_.fault()) {
    case Fault::kQueueLoses:
        if (call % 2 == 0)
            return true;
        break;
    case Fault::kQueueTwice:
        trial_.rogues_.execute(*this);
        break;
    case Fault::kQueueElsewhere:
        if (trial_.rogues_.execute(*this))
            return true;
        break;
    case Fault::kQueueOtherCpu:
        return wqlab_queue_bare_on(queue.get(), address(), static_cast<int>(trial_.other_cpu(wqlab_this_cpu())));
    case Fault::kQueueReorders:
        if (!trial_.held_) {
            trial_.held_ = this;
            return true;
        } else {
            Probe* const held = std::exchange(trial_.held_, nullptr);
            const bool result = wqlab_queue_bare_on(queue.get(), address(), -1);
            wqlab_queue_bare_on(held->queue_->get(), held->address(), -1);
            return result;
        }
    default:
        break;
    }
    return queued(wqlab_queue_bare_on(queue.get(), address(), -1));
}

bool Probe::queue_on(Queue& queue, uint32_t cpu)
{
    const uint32_t call = __atomic_add_fetch(&trial_.queue_calls_, 1, __ATOMIC_RELAXED);
    queue_ = &queue;
    if (!queue.get())
        return false;
    switch (trial_.fault()) {
    case Fault::kQueueLoses:
        if (call % 2 == 0)
            return true;
        break;
    case Fault::kQueueTwice:
        trial_.rogues_.execute(*this);
        break;
    case Fault::kQueueElsewhere:
        if (trial_.rogues_.execute(*this))
            return true;
        break;
    case Fault::kQueueOtherCpu:
        cpu = trial_.other_cpu(cpu);
        break;
    case Fault::kQueueReorders:
        if (!trial_.held_) {
            trial_.held_ = this;
            return true;
        } else {
            Probe* const held = std::exchange(trial_.held_, nullptr);
            const bool result = wqlab_queue_bare_on(queue.get(), address(), static_cast<int>(cpu));
            wqlab_queue_bare_on(held->queue_->get(), held->address(), static_cast<int>(cpu));
            return result;
        }
    default:
        break;
    }
    return queued(wqlab_queue_bare_on(queue.get(), address(), static_cast<int>(cpu)));
}

bool Probe::queue_node(Queue& queue, int node)
{
    queue_ = &queue;
    if (trial_.has_fault(Fault::kQueueOtherCpu))
        node = node > 0 ? 0 : 1;
    if (trial_.has_fault(Fault::kQueueElsewhere) && trial_.rogues_.execute(*this))
        return true;
    return queue.get() && queued(wqlab_queue_node(queue.get(), address(), static_cast<uint32_t>(node)));
}

bool Probe::queue_delayed(Queue& queue, uint64_t jiffies, int cpu)
{
    queue_ = &queue;
    if (!queue.get())
        return false;
    if (trial_.has_fault(Fault::kDelayEarly))
        jiffies = 0;
    if (trial_.has_fault(Fault::kQueueLoses))
        return true;
    if (trial_.has_fault(Fault::kQueueElsewhere) && trial_.rogues_.execute(*this))
        return true;
    if (trial_.has_fault(Fault::kQueueOtherCpu))
        cpu = static_cast<int>(trial_.other_cpu(cpu < 0 ? wqlab_this_cpu() : static_cast<uint32_t>(cpu)));
    return queued(wqlab_queue_delayed_on(queue.get(), address(), cpu, jiffies));
}

bool Probe::mod_delayed(Queue& queue, uint64_t jiffies, int cpu)
{
    queue_ = &queue;
    if (!queue.get())
        return false;
    if (trial_.has_fault(Fault::kDelayIgnored))
        return true;
    if (trial_.has_fault(Fault::kDelayEarly))
        jiffies = 0;
    return queued(wqlab_mod_delayed_on(queue.get(), address(), cpu, jiffies));
}

bool Probe::queue_rcu(Queue& queue)
{
    queue_ = &queue;
    if (!queue.get())
        return false;
    if (trial_.has_fault(Fault::kDelayEarly) && trial_.rogues_.execute(*this))
        return true;
    if (trial_.has_fault(Fault::kQueueLoses))
        return true;
    return queued(wqlab_queue_rcu(queue.get(), address()));
}

bool Probe::flush()
{
    const Calls::Scope in(trial_.calls(), Call::kFlushWork, name_);
    if (trial_.has_fault(Fault::kFlushReturnsEarly))
        return true;
    if (trial_.has_fault(Fault::kFlushNeverReturns))
        trial_.wait([] { return false; }, "flush_work()");
    if (trial_.has_fault(Fault::kFlushHangs))
        trial_.hang();
    return wqlab_flush(address(), kind()) != trial_.has_fault(Fault::kFlushLies);
}

bool Probe::cancel()
{
    if (trial_.has_fault(Fault::kCancelDoesNothing))
        return true;
    return wqlab_cancel(address(), kind()) != trial_.has_fault(Fault::kCancelLies);
}

bool Probe::cancel_sync()
{
    const Calls::Scope in(trial_.calls(), Call::kCancelSync, name_);
    if (trial_.has_fault(Fault::kCancelDoesNothing))
        return true;
    if (trial_.has_fault(Fault::kSyncDoesNotWait))
        return wqlab_cancel(address(), kind());
    if (trial_.has_fault(Fault::kCancelHangs))
        trial_.hang();
    return wqlab_cancel_sync(address(), kind()) != trial_.has_fault(Fault::kCancelLies);
}

bool Probe::disable(bool sync)
{
    if (trial_.has_fault(Fault::kDisableDoesNothing))
        return false;
    const Calls::Scope in(trial_.calls(), Call::kDisableSync, name_);
    return wqlab_disable(address(), kind(), sync && !trial_.has_fault(Fault::kSyncDoesNotWait)) !=
           trial_.has_fault(Fault::kCancelLies);
}

bool Probe::enable()
{
    if (trial_.has_fault(Fault::kEnableDoesNothing))
        return true;
    return wqlab_enable(address(), kind());
}

bool Probe::enable_and_queue(Queue& queue)
{
    queue_ = &queue;
    if (trial_.has_fault(Fault::kEnableDoesNothing))
        return true;
    return wqlab_enable_and_queue(queue.get(), address());
}

bool Probe::pending()
{
    return wqlab_work_pending(address()) != trial_.has_fault(Fault::kBusyLies);
}

uint32_t Probe::busy()
{
    const uint32_t busy = wqlab_work_busy(address());
    return trial_.has_fault(Fault::kBusyLies) ? busy ^ WQLAB_BUSY_RUNNING : busy;
}

void Probe::execute()
{
    const uint32_t inside = __atomic_add_fetch(&inside_, 1, __ATOMIC_ACQ_REL);
    for (uint32_t most = overlapped(); inside > most;)
        if (__atomic_compare_exchange_n(&overlapped_, &most, inside, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            break;
    const wqlab_context context = wqlab_current();
    // Executions that overlap are a violation by themselves; their notes may mix.
    Execution& execution = executions_[started_ % kKept];
    execution = {};
    execution.jiffies = wqlab_jiffies();
    execution.cpus = wqlab_current_cpus();
    execution.payload = trial_.has_fault(Fault::kMemoryLies) ? payload_before_ : payload_;
    payload_before_ = payload_;
    execution.cpu = context.cpu;
    execution.pid = context.pid;
    execution.nice = context.nice;
    execution.softirq = context.softirq;
    wqlab_current_command(execution.command);
    if (trial_.has_fault(Fault::kWorkerLies)) {
        execution.cpu = trial_.other_cpu(context.cpu);
        execution.cpus = ~execution.cpus;
        execution.pid = static_cast<int32_t>(trial_.ticket());
        execution.nice++;
        execution.softirq = !execution.softirq;
        execution.command[0] = 'x';
    }
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

void Probe::perform()
{
    const bool softirq = wqlab_in_softirq();
    const uint64_t deadline = wqlab_now() + (softirq ? kLongestBhSpin : kLongestHold);
    switch (body_) {
    case Body::kReturn:
        break;
    case Body::kGate:
        gate_.wait(kLongestHold);
        break;
    case Body::kSpin:
        while (!is_open() && wqlab_now() < deadline) {
            if (!softirq)
                wqlab_resched();
            wqlab_relax();
        }
        break;
    case Body::kRequeue:
        if (requeues_) {
            requeues_--;
            wqlab_queue_bare_on(queue_->get(), address(), -1);
        }
        break;
    case Body::kCall:
        function_(*this, argument_);
        break;
    }
}

}  // namespace wqlab

void wqlab_probe(work_struct* work)
{
    wqlab::Probe::of(work).execute();
}
