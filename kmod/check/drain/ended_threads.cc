// SPDX-License-Identifier: GPL-2.0
// Threads that end with what they were made for.
#include "../../glue/allocations.h"
#include "../../glue/context.h"
#include "../../glue/thread.h"
#include "../../glue/thread_ends.h"
#include "../../glue/thread_stops.h"
#include "../scenes/kept_memory.hh"
#include "../scenes/look.hh"
#include "../scenes/new_pool.hh"
#include "../scenes/told_worker.hh"

namespace wqlab {

namespace ended_threads {

// Some workers, and what becomes of each: its struct, which is freed, and its thread, which ends and returns something.
class Workers {
public:
    static constexpr uint32_t kMost = 8;

    Workers() = default;
    Workers(const Workers&) = delete;
    ~Workers()
    {
        for (uint32_t i = 0; i < n_; i++)
            wqlab_thread_put(workers_[i].thread);
    }

    // Before anybody watches. False: there is no such thread.
    bool add(uintptr_t address, int32_t pid)
    {
        task_struct* const thread = n_ < kMost ? wqlab_thread_get(pid) : nullptr;
        if (thread)
            workers_[n_++] = {.address = address, .thread = thread, .pid = pid};
        return thread;
    }

    // Any context, any number at once. Only the first time: its memory is somebody else's then. Before 6.11 a worker
    // did it itself as it ended.
    void freed(uintptr_t address)
    {
        for (Worker& worker : workers_)
            if (worker.address == address && !__atomic_load_n(&worker.freed, __ATOMIC_RELAXED)) {
                worker.freed_early = !wqlab_thread_is_ending(worker.thread) &&
                                     wqlab_current_task() != reinterpret_cast<uintptr_t>(worker.thread);
                __atomic_store_n(&worker.freed, true, __ATOMIC_RELEASE);
            }
    }
    void ended(int32_t pid, bool is_worker)
    {
        for (Worker& worker : workers_)
            if (worker.pid == pid && !__atomic_load_n(&worker.ended, __ATOMIC_RELAXED)) {
                worker.ended_as_one = is_worker;
                __atomic_store_n(&worker.ended, true, __ATOMIC_RELEASE);
            }
    }

    // Whoever stops one waits for it. Before 6.11 rescuers alone were stopped.
    void stops(int32_t pid)
    {
        for (Worker& worker : workers_)
            if (worker.pid == pid && !__atomic_load_n(&worker.ended, __ATOMIC_RELAXED))
                __atomic_store_n(&worker.stopped_by, wqlab_current_task(), __ATOMIC_RELAXED);
    }
    void stopped(int result)
    {
        for (Worker& worker : workers_)
            if (__atomic_load_n(&worker.stopped_by, __ATOMIC_RELAXED) == wqlab_current_task() && !worker.has_result) {
                worker.result = result;
                __atomic_store_n(&worker.has_result, true, __ATOMIC_RELEASE);
            }
    }

    bool have_gone() const
    {
        bool gone = true;
        for (uint32_t i = 0; i < n_; i++)
            gone &= __atomic_load_n(&workers_[i].freed, __ATOMIC_ACQUIRE) &&
                    __atomic_load_n(&workers_[i].ended, __ATOMIC_ACQUIRE);
        return gone;
    }
    // Once they have.
    void judge(Trial& t) const
    {
        for (uint32_t i = 0; i < n_; i++) {
            const Worker& worker = workers_[i];
            WANT(t, !worker.freed_early, "what thread %d is as a worker was freed while the thread went on",
                 worker.pid);
            WANT(t, !worker.ended_as_one, "thread %d ended, and was still taken for a worker", worker.pid);
            WANT(t, !__atomic_load_n(&worker.has_result, __ATOMIC_ACQUIRE) || worker.result == 0,
                 "thread %d returned %d to who had told it to end", worker.pid, worker.result);
        }
    }

private:
    struct Worker {
        uintptr_t address;
        task_struct* thread;
        int32_t pid;
        bool freed = false, freed_early = false, ended = false, ended_as_one = false;
        uintptr_t stopped_by = 0;
        bool has_result = false;
        int result = 0;
    };

    Worker workers_[kMost] = {};
    uint32_t n_ = 0;
};

// As long as it lives they are told of.
class Watch {
public:
    explicit Watch(Workers& workers)
        : allocations_({[](void*, uintptr_t, uintptr_t) {},
                        [](void* to, uintptr_t address) { static_cast<Workers*>(to)->freed(address); }, &workers, 0}),
          ends_({[](void* to, int32_t pid, bool is_worker) { static_cast<Workers*>(to)->ended(pid, is_worker); },
                 &workers}),
          stops_({[](void* to, int32_t pid) { static_cast<Workers*>(to)->stops(pid); },
                  [](void* to, int result) { static_cast<Workers*>(to)->stopped(result); }, &workers})
    {
    }

    bool attached() const { return allocations_.is_attached() && ends_.is_attached() && stops_.is_attached(); }

private:
    leaks::AttachedAllocations allocations_;
    Attached<wqlab_thread_ends, wqlab_thread_ends_attach, wqlab_thread_ends_detach> ends_;
    Attached<wqlab_thread_stops, wqlab_thread_stops_attach, wqlab_thread_stops_detach> stops_;
};

struct EndBeforeTheirMemory {
    static constexpr Promise kPromise = {
        352,
        "",
        "destroy.threads-end-first",
        "The workers of a pool that goes, and a workqueue's rescuer, are freed only when their threads do nothing any "
        "more but to end, as which they are no workers any more to the scheduler, and return 0",
        "kernel/workqueue.c: reap_dying_workers(), destroy_workqueue(), worker_thread(), rescuer_thread(), "
        "set_pf_worker()",
        0,
        Fault::kFlushReturnsEarly};

    static constexpr uint32_t kItems = 3;

    static bool add_rescuer(Trial& t, const Queue& wq, Workers& workers)
    {
        const Kernel& kernel = t.kernel();
        Address rescuer = 0, task = 0;
        int32_t pid = 0;
        return kernel.peek(rescuer, reinterpret_cast<uintptr_t>(wq.get()), Field::kWqRescuer) && rescuer &&
               kernel.peek(task, rescuer, Field::kWorkerTask) && kernel.peek(pid, task, Field::kTaskPid) &&
               workers.add(rescuer, pid);
    }

    static void run(Trial& t)
    {
        ToldWorker* const places = t.own<ToldWorker, kItems>();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        const int nice = take_new_pool(t, wq, "system", t.first_cpu());
        // Of its own: where workers are made slowly, a rescuer runs all items of its workqueue, one after the other.
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        Gate& gate = t.gate();
        const Items items = t.items(kItems, "an item");
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kItems; i++) {
            places[i] = {&gate, 0, 0};
            items[i]->on_run(tell_worker, &places[i]).queue_on(wq, t.first_cpu());
        }
        Workers workers;
        for (uint32_t i = 0; i < kItems; i++) {
            AWAIT(t, __atomic_load_n(&places[i].pid, __ATOMIC_ACQUIRE),
                  "an item to start, each in a worker of its own");
            SKIP_UNLESS(t, places[i].worker && workers.add(places[i].worker, places[i].pid), "a worker can't be seen");
        }
        SKIP_UNLESS(t, add_rescuer(t, saved, workers), "the rescuer can't be seen");
        const Watch watch(workers);
        SKIP_UNLESS(t, watch.attached(), "allocations and threads can't be watched here");
        gate.open();
        wq.destroy();
        saved.destroy();
        bool shared = false;
        AWAIT(t,
              workers.have_gone() || t.decided() ||
                  // Under a fault ours may have stayed.
                  (shared = t.fault() == Fault::kNone && have_others_pools_of(t, nice)),
              "the pool's workers and the rescuer to go");
        SKIP_UNLESS(t, !shared, "somebody else has a workqueue of nice %d now", nice);
        if (!t.decided())
            workers.judge(t);
    }
};

constexpr Check kAll[] = {
    check_of<EndBeforeTheirMemory>(),
};

}  // namespace ended_threads

constinit const Group kEndedThreadChecks = group_of("drain", ended_threads::kAll);

}  // namespace wqlab
