// SPDX-License-Identifier: GPL-2.0
// How the kernel counts functions that hog their CPU.
#include <utility>

#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/hog_table.hh"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace hogs {

struct EachHogForItself {
    static constexpr Promise kPromise = {
        219,
        "",
        "log.each-hog-is-counted-for-itself",
        "Functions that run beyond cpu_intensive_thresh_us are counted each for itself from the first time on, however "
        "they take turns, and wherever the kernel's table has them; with a cpu_intensive_warning_thresh of 0 none of "
        "them is reported, not even the first time",
        "kernel/workqueue.c: wq_cpu_intensive_report(), wci_find_ent()",
        0,
        Fault::kSnapshotLies};

    static constexpr const char* kWarning = "/sys/module/workqueue/parameters/cpu_intensive_warning_thresh";

    // The kernel forgets no function until it ends, and has room for 128, in lists by their addresses: each run takes
    // two that it does not know, of one list, as long as there are some. Others that hog meanwhile need room, too.
    static constexpr uint32_t kFunctions = 48, kListBits = 7, kRoom = 8;

    struct Hog {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
        Trial* trial;
        bool enough, ended;
    };
    using Function = void (*)(work_struct*);

    static void spin(work_struct* work)
    {
        Hog& hog = *reinterpret_cast<Hog*>(work);
        while (!__atomic_load_n(&hog.enough, __ATOMIC_ACQUIRE) && !hog.trial->given_up() && !hog.trial->ending()) {
            wqlab_resched();
            wqlab_relax();
        }
        __atomic_store_n(&hog.ended, true, __ATOMIC_RELEASE);
        hog.trial->changed();
    }

    // Of various sizes: addresses with one distance are spread so evenly over the lists that no two would be of one.
    template <uint32_t N>
    static void hog(work_struct* work)
    {
        asm volatile(".rept %c1\n\tnop\n\t.endr" : : "i"(N), "i"(N % 7 * 16));
        spin(work);
    }

    template <uint32_t... N>
    static Function function_of(uint32_t n, std::integer_sequence<uint32_t, N...>)
    {
        static constexpr Function kAll[] = {hog<N>...};
        return kAll[n % kFunctions];
    }

    // hash_long() of the address, where a long has 64 bits.
    static uint32_t list_of(Function function)
    {
        return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(function) * 0x61C8864680B583EB >> (64 - kListBits));
    }

    static bool knows(const Snapshot& now, Function function)
    {
        char name[96];
        wqlab_symbol_name(reinterpret_cast<uintptr_t>(function), name, sizeof(name));
        for (const wqlab_snap_hog& hog : now.hogs)
            if (same_text(string_of(now, hog.function), name))
                return true;
        return false;
    }

    // False: there are none.
    static bool find_two(const bool (&known)[kFunctions], bool are_known, bool are_of_one_list, Function (&two)[2])
    {
        constexpr std::make_integer_sequence<uint32_t, kFunctions> kIndices;
        for (uint32_t i = 0; i < kFunctions; i++)
            for (uint32_t other = 0; other < i; other++) {
                two[0] = function_of(other, kIndices);
                two[1] = function_of(i, kIndices);
                if (known[i] == are_known && known[other] == are_known &&
                    (!are_of_one_list || list_of(two[0]) == list_of(two[1])))
                    return true;
            }
        return false;
    }

    // False: decided.
    static bool choose(Trial& t, Function (&two)[2])
    {
        constexpr std::make_integer_sequence<uint32_t, kFunctions> kIndices;
        bool known[kFunctions];
        const Snapshot* now = t.snapshot(WQLAB_SECTION_HOGS);
        if (!now || !is_hog_table_sound(t, *now))
            return false;
        for (uint32_t i = 0; i < kFunctions; i++)
            known[i] = knows(*now, function_of(i, kIndices));
        return find_two(known, false, true, two) || find_two(known, false, false, two) ||
               find_two(known, true, true, two) || find_two(known, true, false, two);
    }

    struct Counts {
        uint64_t of[2] = {};
        uint32_t functions = 0;
    };

    static Counts counts(Trial& t, const Function (&two)[2])
    {
        Counts found;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_HOGS);
        if (!now || !is_hog_table_sound(t, *now))
            return found;
        for (uint32_t which = 0; which < 2; which++) {
            char name[96];
            wqlab_symbol_name(reinterpret_cast<uintptr_t>(two[which]), name, sizeof(name));
            for (const wqlab_snap_hog& hog : now->hogs)
                if (same_text(string_of(*now, hog.function), name))
                    found.of[which] += hog.count;  // also an older module's, whose address it has now
        }
        found.functions = now->hogs.size();
        if (t.has_fault(Fault::kSnapshotLies))
            found.of[1] = found.of[0];
        return found;
    }

    // False: decided.
    static bool hog_once(Trial& t, Queue& wq, uint32_t cpu, Function function)
    {
        Hog* const hog = t.own<Hog>();
        if (!hog || !wq.get())
            return false;
        hog->trial = &t;
        hog->enough = hog->ended = false;
        wqlab_work_init(hog->work.get(), WQLAB_WORK_PLAIN, function);
        const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        wqlab_queue_bare_on(wq.get(), hog->work.get(), static_cast<int>(cpu));
        const bool counted = t.wait(
            [&] { return t.decided() || stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE) > before; },
            "the item that spins to be set apart");
        __atomic_store_n(&hog->enough, true, __ATOMIC_RELEASE);
        return t.wait([&] { return __atomic_load_n(&hog->ended, __ATOMIC_ACQUIRE); }, "it to end") && counted &&
               !t.decided();
    }

    static void run(Trial& t)
    {
        const Threshold low(t, 10'000);
        const bool is_silent = t.write(kWarning, "0") == 0;
        const LogListener<LinesWith> log("[wqlab] hogged CPU for ");
        const uint32_t cpu = t.first_cpu();
        SKIP_UNLESS(t, has_ticks(t, cpu), "CPU %u has no ticks: nohz_full", cpu);
        Queue& wq = t.queue();
        Function two[2];
        if (!choose(t, two))
            return;
        const Counts before = counts(t, two);
        if (t.decided())
            return;
        const uint32_t fresh = !before.of[0] + !before.of[1];
        SKIP_UNLESS(t, !fresh || before.functions + kRoom <= kMostHogs,
                    "the kernel has counted %u functions, and takes no more than %u", before.functions, kMostHogs);
        for (const uint32_t which : {0u, 1u, 0u, 0u})
            if (!hog_once(t, wq, cpu, two[which]))
                return;
        const Counts after = counts(t, two);
        if (t.decided())
            return;
        // Others' may be added, and none goes.
        WANT(t, after.functions >= before.functions + fresh,
             "of %u functions that the kernel had counted and %u more there are %u", before.functions, fresh,
             after.functions);
        // It begins with the first time, which is counted, too.
        const auto more = [&](uint32_t which) { return static_cast<uint32_t>(after.of[which] - before.of[which]); };
        WANT(t, more(0) == 3 && more(1) == 1, "of 3 and 1 that hogged, %u and %u were counted", more(0), more(1));
        WANT(t, !is_silent || log.heard().ours() == 0, "with a threshold of 0 there were %u reports",
             log.heard().ours());
    }
};

constexpr Check kAll[] = {
    check_of<EachHogForItself>(WQLAB_LACK_HOGS),
};

}  // namespace hogs

constinit const Group kHogChecks = group_of("misuse", hogs::kAll);

}  // namespace wqlab
