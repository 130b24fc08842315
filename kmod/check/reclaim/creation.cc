// SPDX-License-Identifier: GPL-2.0
// Workers that are made in time.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/idle_pool.hh"

namespace wqlab {

namespace creation {

struct QuickOneCallsNobody {
    static constexpr Promise kPromise = {
        243,
        "",
        "workers.quick-creation-calls-nobody",
        "A pool whose worker is made within the first hundredth of a second, two ticks at least, calls no rescuer "
        "meanwhile, whenever between two ticks it begins: the item runs in a worker",
        "kernel/workqueue.c: maybe_create_worker(), MAYDAY_INITIAL_TIMEOUT",
        0,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kTries = 32;
    static constexpr uint64_t kSecond = check_bounds::kSecond;

    // Nobody calls now, and who has just one idle worker makes another before it lets that one run something.
    static bool is_quiet(Trial& t, const Queue& wq, bool& makes_one)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, t.first_cpu(), WQLAB_SECTION_WORK);
        makes_one = pool && pool->nr_idle == 1 && !pool->nr_pending;
        return pool && !pool->manager && pool->mayday_timer_ns == WQLAB_NEVER;
    }

    // Until that part of the time between two ticks has passed. A machine whose ticks don't come is not waited for.
    static void pass_part_of_tick(uint32_t part)
    {
        const uint64_t tick = kSecond / wqlab_hz(), patience = wqlab_now() + 50 * tick;
        for (const uint64_t now = wqlab_jiffies(); wqlab_jiffies() == now && wqlab_now() < patience;)
            wqlab_relax();
        for (const uint64_t until = wqlab_now() + tick * part / kTries; wqlab_now() < until;)
            wqlab_relax();
    }

    // In how long the pool calls, as seen while it makes a worker for the item; and the time after that look.
    struct FirstCall {
        uint64_t due = WQLAB_NEVER, jiffies = 0;
    };

    static FirstCall first_call(Trial& t, const Queue& wq, const TestItem& item, uint64_t until)
    {
        for (uint32_t looks = 0; looks < 3 && !item.started(); looks++) {
            const wqlab_snap_pool* pool = own_pool(t, wq, t.first_cpu());
            const uint64_t due = pool ? pool->mayday_timer_ns : WQLAB_NEVER;
            // Once the first call was due it is a later one's time.
            if (due != WQLAB_NEVER) {
                const uint64_t now = wqlab_jiffies();
                return !item.started() && now < until ? FirstCall{due, now} : FirstCall{};
            }
            wqlab_sleep(100'000);
        }
        return {};
    }

    static void run(Trial& t)
    {
        const uint64_t hz = wqlab_hz(), timeout = hz / 100 >= 2 ? hz / 100 : 2;
        // Any CPU's item goes to its one pool, whose workers are as many as are needed here.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
        take_new_pool(t, wq, "system", t.first_cpu());
        const Items items = t.items(kTries, "an item that sleeps", TestItem::Body::kGate);
        uint32_t judged = 0, seen = 0;
        const uint64_t at_first = stat_of(t, wq, WQLAB_PWQ_STAT_MAYDAY);
        for (uint32_t i = 0; i < kTries && !t.decided(); i++) {
            bool makes_one = false;
            const bool quiet = is_quiet(t, wq, makes_one);
            const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_MAYDAY);
            // A rescuer that was called by a slow try may come as late as it likes.
            if (before != at_first)
                break;
            // Nobody else's items go to that pool: what calls from now on does it for this one, until that starts.
            pass_part_of_tick(i);
            const uint64_t began = wqlab_jiffies();
            items[i]->queue_on(wq, t.first_cpu());
            const FirstCall call = first_call(t, wq, *items[i], began + timeout);
            AWAIT(t, items[i]->started() == 1, "an item to start");
            const uint64_t took = items[i]->last().jiffies - began;
            const uint64_t calls = stat_of(t, wq, WQLAB_PWQ_STAT_MAYDAY) - before;
            if (quiet && call.due != WQLAB_NEVER) {
                const uint64_t tick = kSecond / hz;
                seen++;
                WANT(t, call.due < 2 * timeout * tick, "it was to be called in %llu ms",
                     static_cast<unsigned long long>(call.due / 1'000'000));
                // It was armed when the item was queued, or later. What is left of it is counted in ticks.
                WANT(t, call.due + (call.jiffies - began + 1) * tick >= timeout * tick,
                     "%u ticks after the item was queued it was to be called in %llu us",
                     static_cast<uint32_t>(call.jiffies - began), static_cast<unsigned long long>(call.due / 1'000));
            }
            if (!quiet || took >= timeout)
                continue;
            judged += makes_one;
            WANT(t, calls == 0, "within %u of %u ticks a rescuer was called", static_cast<uint32_t>(took),
                 static_cast<uint32_t>(timeout));
            WANT(t, __builtin_memcmp(items[i]->last().command, "kworker/u", 9) == 0, "the item ran in %s",
                 items[i]->last().command);
        }
        SKIP_UNLESS(t, judged || t.decided(), "no worker was made within %u ticks", static_cast<uint32_t>(timeout));
        t.note("%u workers were made within %u ticks, and %u before our eyes", judged, static_cast<uint32_t>(timeout),
               seen);
        // Those that were slow are not there, and what the others miss is at most what as many at random would.
        constexpr const char* kTried = "making a worker, at another time between two ticks";
        judged > 8 ? t.tried(judged, kTried) : tried_few(t, judged, kTried);
    }
};

constexpr Check kAll[] = {
    check_of<QuickOneCallsNobody>(WQLAB_LACK_COUNTERS),
};

}  // namespace creation

constinit const Group kCreationChecks = group_of("reclaim", creation::kAll);

}  // namespace wqlab
