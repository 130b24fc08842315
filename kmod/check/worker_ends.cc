// SPDX-License-Identifier: GPL-2.0
// Group L, continued: where a worker is when it ends.
#include "../glue/thread.h"
#include "../glue/time.h"
#include "look.hh"

namespace wqlab {

namespace worker_ends {

struct EndsElsewhere {
    static constexpr Promise kPromise = {
        344,
        "",
        "workers.end-where-unbound-ones-may-run",
        "A worker of a CPU's strict pool that is to end, because the pool goes, may do so wherever unbound workqueues "
        "may run, and does not need its CPU for that",
        "kernel/workqueue.c: put_unbound_pool(), detach_dying_workers(), detach_worker(), unbind_worker()",
        0,
        Fault::kQueueElsewhere};

    // Its thread, which stays to be looked at.
    struct Worker {
        enum State { kUnknown, kKeeping, kKept, kUnwanted } state;
        task_struct* thread;

        bool change(State from, State to)
        {
            return __atomic_compare_exchange_n(&state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
        }
    };

    class Kept {
    public:
        explicit Kept(Worker& worker) : worker_(worker) {}
        Kept(const Kept&) = delete;
        ~Kept()
        {
            if (worker_.change(Worker::kUnknown, Worker::kUnwanted))
                return;
            while (__atomic_load_n(&worker_.state, __ATOMIC_ACQUIRE) == Worker::kKeeping)
                wqlab_sleep(1'000'000);
            wqlab_thread_let_go(worker_.thread);
        }

    private:
        Worker& worker_;
    };

    static void keep(TestItem&, void* argument)
    {
        Worker& worker = *static_cast<Worker*>(argument);
        if (worker.change(Worker::kUnknown, Worker::kKeeping)) {
            worker.thread = wqlab_current_kept();
            __atomic_store_n(&worker.state, Worker::kKept, __ATOMIC_RELEASE);
        }
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        Worker* const worker = t.own<Worker>();
        if (!worker)
            return;
        *worker = {Worker::kUnknown, nullptr};
        const Kept kept(*worker);
        const uint32_t cpu = last_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        TestItem& item = t.item("the item").on_run(keep, worker);
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "an item to run");
        SKIP_UNLESS(t, t.fault() != Fault::kNone || wqlab_thread_cpus(worker->thread) == bit,
                    "a worker of a strict pool may run on other CPUs, too");
        wq.destroy();
        AWAIT(t, wqlab_thread_has_ended(worker->thread), "the worker of a pool that has gone to end");
        const uint64_t last = wqlab_thread_cpus(worker->thread);
        SKIP_UNLESS(t, unbound_cpus(t) == allowed, "the CPUs of unbound workqueues were changed meanwhile");
        WANT(t, (last & allowed) == allowed, "a worker of CPU %u ended where it could run on %llx, not on %llx", cpu,
             static_cast<unsigned long long>(last), static_cast<unsigned long long>(allowed));
    }
};

constexpr Check kAll[] = {
    check_of<EndsElsewhere>(WQLAB_LACK_SCOPES),
};

}  // namespace worker_ends

constinit const Group kWorkerEndChecks = group_of("lifecycle", worker_ends::kAll);

}  // namespace wqlab
