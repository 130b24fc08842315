// SPDX-License-Identifier: GPL-2.0
// Who queues on a workqueue that has been destroyed, and is still there.
#include "../../glue/context.h"
#include "../../glue/rcu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/item_to_refuse.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace destroyed {

struct RefusesAll {
    static constexpr Promise kPromise = {
        383,
        "",
        "misuse.destroyed-refuses-all",
        "What is queued on a workqueue after destroy_workqueue(), by who still sees it under RCU, is refused with a "
        "warning, and does not run",
        "kernel/workqueue.c: __queue_work(), destroy_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    struct Scene {
        Stray stray;
        workqueue_struct* wq;
        bool go, is_destroyed;
    };

    class Reports {
    public:
        void see(const LogLine& line)
        {
            if (line.writer == writer_ && line.has("WARNING: ") && line.has(" __queue_work"))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        const uintptr_t writer_ = wqlab_current_task();
        uint32_t count_ = 0;
    };

    static constexpr uint64_t kPatience = 1'000'000'000;  // ns; without preemption

    // It is freed when RCU says that nobody sees it any more: not before this returns. False: it took too long.
    static bool queue_when_destroyed(Scene& scene, uint32_t cpu)
    {
        wqlab_rcu_read_lock();
        __atomic_store_n(&scene.go, true, __ATOMIC_RELEASE);
        const uint64_t deadline = wqlab_now() + kPatience;
        bool is_destroyed;
        while (!(is_destroyed = __atomic_load_n(&scene.is_destroyed, __ATOMIC_ACQUIRE)) && wqlab_now() < deadline)
            wqlab_relax();
        if (is_destroyed)
            scene.stray.queue_on(scene.wq, static_cast<int>(cpu));
        wqlab_rcu_read_unlock();
        return is_destroyed;
    }

    // False: it was not tried.
    static bool try_once(Trial& t, uint32_t flags)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = flags, .max_active = 1});
        Scene* const scene = t.own<Scene>();
        if (!scene || !wq.get())
            return false;
        scene->wq = wq.get();
        scene->go = scene->is_destroyed = false;
        scene->stray.init();
        Actor& destroyer = t.actor("destroyer", static_cast<int>(t.other_cpu(cpu)), [scene, &wq, &t] {
            while (!__atomic_load_n(&scene->go, __ATOMIC_ACQUIRE) && !t.given_up() && !t.ending()) {
                wqlab_resched();
                wqlab_relax();
            }
            kernel::destroy(t, wq);
            __atomic_store_n(&scene->is_destroyed, true, __ATOMIC_RELEASE);
        });
        bool was_queued;
        uint32_t reports;
        {
            const KernelLog<Reports> log(t);
            if (t.decided() || !t.wait([&] { return destroyer.began(); }, "a thread to begin"))
                return false;
            wqlab_move_to(cpu);
            was_queued = queue_when_destroyed(*scene, cpu);
            reports = log.count();
        }
        if (!t.wait([&] { return destroyer.done(); }, "destroy_workqueue() to return") || !was_queued)
            return false;
        t.linger();
        const uint32_t runs = scene->stray.runs();
        if (!reports || runs)
            t.fail("queued on a workqueue that was destroyed it was reported %u times, and ran %u times", reports,
                   runs);
        else if (wqlab_since_7_1() && scene->stray.pending())
            t.fail("an item that a destroyed workqueue has refused is pending");
        return true;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 3;
        SKIP_UNLESS(t, t.kernel().constant(Field::kFlagDestroying),
                    "this kernel does not look whether a workqueue has been destroyed");
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        bool was_tried = false;
        for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_UNBOUND}, uint32_t{WQLAB_WQ_ORDERED}}) {
            bool was_queued = false;
            for (uint32_t i = 0; i < kTries && !was_queued; i++) {
                // It is said once.
                if (!hear_again(t))
                    return;
                was_queued = try_once(t, flags);
                if (t.decided())
                    return;
            }
            was_tried |= was_queued;
        }
        SKIP_UNLESS(t, was_tried, "destroy_workqueue() took longer than a second");
    }
};

constexpr Check kAll[] = {
    check_of<RefusesAll>(),
};

}  // namespace destroyed

constinit const Group kDestroyedChecks = group_of("misuse", destroyed::kAll);

}  // namespace wqlab
