// SPDX-License-Identifier: GPL-2.0
// What a boot has left, and is looked at before anything else: who writes to the files of workqueues, or takes a CPU
// away, has the kernel do over again what it did at boot.
#include "../../glue/attributes.h"
#include "../../glue/cpu.h"
#include "../../glue/kernel_log.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/lockups.hh"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"
#include "../scenes/watchdog_touched.hh"

namespace wqlab {

namespace since_boot {

// What the kernel was started with, for as long as nothing else is read. False: not all of it is to be seen.
inline bool read_command_line(Trial& t)
{
    return t.ask(WQLAB_STEP_READ, "/proc/cmdline", "") == 0 && __builtin_strlen(t.text()) + 1 < WQLAB_STEP_TEXT_LEN;
}

struct NoComplaint {
    static constexpr Promise kPromise = {
        398,
        "",
        "boot.no-complaint",
        "Started without parameters that are about it, the workqueue code finds nothing wrong at boot: the kernel's "
        "log has no warning of its initialisation, of CPUs of which none would be left, or of a parameter that it "
        "corrects",
        "kernel/workqueue.c: workqueue_init_early(), workqueue_init(), workqueue_init_topology(), "
        "restrict_unbound_cpumask(), llc_populate_cpu_shard_id(), precompute_cache_shard_ids()",
        0,
        Fault::kLogIsSilent};

    static constexpr const char* kBegin = "Linux version ";

    struct Reading {
        bool takes_any;  // a stand-in's: the first line for a complaint
        uint32_t lines = 0, complaints = 0;
        bool begun = false;
        char first[160] = {};
    };

    static bool is_complaint(const LogLine& line)
    {
        // A driver's workqueue is warned of in other functions, and is no matter of boot.
        const bool warns = line.has("WARNING: ") &&
                           (line.has(" workqueue_init") || line.has(" llc_populate_cpu_shard_id"));
        return warns || line.has("workqueue: Restricting unbound_cpumask") ||
               line.has("workqueue: cache_shard_size must be");
    }

    static bool read(void* reader, int, const char* text, size_t size)
    {
        constexpr uint32_t kHead = 16;  // lines, in which the kernel has said what it is
        Reading& reading = *static_cast<Reading*>(reader);
        const LogLine line = {text, size, 0, nullptr, false};
        const bool is_begin = line.has(kBegin);
        reading.begun |= is_begin;
        if (is_complaint(line) || (reading.takes_any && is_begin)) {
            if (!reading.complaints++)
                wqlab_format(reading.first, sizeof(reading.first), "%.*s", static_cast<int>(size - 1), text);
        }
        // What initialises is gone then.
        return (reading.begun || ++reading.lines < kHead) && !line.has("Freeing unused kernel");
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, read_command_line(t), "it can't be seen what the kernel was started with");
        // Of workqueue.unbound_cpus and workqueue.cache_shard_size, with - or _, what is sure to be there.
        for (const char* word : {"isolcpus", "nohz", "unbound", "shard"})
            SKIP_UNLESS(t, !find_in(t.text(), word), "the kernel was started with %s", word);
        Reading reading = {t.has_fault(Fault::kLogIsSilent)};
        wqlab_log_read(read, &reading);
        SKIP_UNLESS(t, reading.begun, "the log of boot is not there any more");
        WANT(t, !reading.complaints, "at boot it complained %u times: %s", reading.complaints, reading.first);
    }
};

struct WatchdogIsArmed {
    static constexpr Promise kPromise = {
        399,
        "",
        "watchdog.timer-is-armed",
        "From boot on the watchdog's timer is armed unless watchdog_thresh is 0; 0 disarms it at once, and another "
        "number arms it for that many seconds from then",
        "kernel/workqueue.c: wq_watchdog_init(), wq_watchdog_set_thresh(), wq_watchdog_param_set_thresh()",
        0,
        Fault::kStepIgnored};

    // 0: it is not armed.
    static uint64_t due(Trial& t, uintptr_t timer)
    {
        Address armed = 0;
        if (!t.kernel().peek(armed, timer, Field::kTimerEntryPprev))
            t.skip("the watchdog's timer can't be read");
        const uint64_t expires = last_armed_for(t, timer);
        return armed ? expires : 0;
    }

    static bool says(Trial& t, const char* thresh)
    {
        return t.ask(WQLAB_STEP_READ, Lockups::kThresh, "") == 0 && same_text(t.text(), thresh);
    }

    // Turned off, it is turned off again: what arms the timer for an instant has armed it for another one then.
    // Somebody who sets the threshold and 0 again meanwhile explains one time, and not each.
    static void judge_off(Trial& t, uintptr_t timer)
    {
        constexpr uint32_t kTimes = 3;
        uint32_t armed = 0;
        for (uint32_t i = 0; i == armed && i < kTimes; i++) {
            const uint64_t before = last_armed_for(t, timer);
            t.linger();
            SKIP_UNLESS(t, says(t, "0\n"), "watchdog_thresh was changed meanwhile");
            SKIP_UNLESS(t, t.write(Lockups::kThresh, "0") == 0, "watchdog_thresh can't be written now");
            armed += last_armed_for(t, timer) != before ? 1 : 0;
        }
        WANT(t, armed < kTimes || t.decided(), "turned off again, the watchdog armed its timer, each of %u times",
             armed);
    }

    static void run(Trial& t)
    {
        const uintptr_t timer = wqlab_symbol("wq_watchdog_timer");
        SKIP_UNLESS(t, timer && t.kernel().has(Field::kTimerEntryPprev) && t.kernel().has(Field::kTimerExpires),
                    "the watchdog's timer is not to be seen");
        SKIP_UNLESS(t, t.ask(WQLAB_STEP_READ, Lockups::kThresh, "") == 0, "watchdog_thresh can't be read");
        // While its function runs it is not armed, and somebody may write 0 meanwhile.
        AWAIT(t, due(t, timer) || says(t, "0\n") || t.decided(), "the watchdog's timer to be armed");
        int error = t.write(Lockups::kThresh, "0");
        SKIP_UNLESS(t, error == 0, "watchdog_thresh can't be written: error %d", error);
        WANT(t, !due(t, timer) || t.decided() || (t.fault() == Fault::kNone && !says(t, "0\n")),
             "watchdog_thresh is 0, and its timer is armed");
        judge_off(t, timer);
        if (t.decided())
            return;
        for (const char* thresh : {"40", "31"}) {
            const uint64_t seconds = static_cast<uint64_t>(thresh[0] - '0') * 10 +
                                     static_cast<uint64_t>(thresh[1] - '0');
            const uint64_t before = wqlab_jiffies();
            error = t.write(Lockups::kThresh, thresh);
            SKIP_UNLESS(t, error == 0, "watchdog_thresh can't be written: error %d", error);
            uint64_t when = 0;
            AWAIT(t, (when = due(t, timer)) || t.decided(), "the watchdog's timer to be armed by what was written");
            const uint64_t after = wqlab_jiffies(), from = when - seconds * wqlab_hz();
            char wanted[8];
            wqlab_format(wanted, sizeof(wanted), "%s\n", thresh);
            SKIP_UNLESS(t, t.fault() != Fault::kNone || says(t, wanted), "watchdog_thresh was changed meanwhile");
            WANT(t, before <= from && from <= after,
                 "%s s were written between the jiffies %llu and %llu, and its timer is due at %llu", thresh,
                 static_cast<unsigned long long>(before), static_cast<unsigned long long>(after),
                 static_cast<unsigned long long>(when));
        }
    }
};

struct AsOneMadeNow {
    static constexpr Promise kPromise = {
        400,
        "",
        "system.as-one-made-now",
        "An unbound workqueue that was made before the machine's CPUs were known has the pools, and of max_active the "
        "share of each node, that one has which is made now",
        "kernel/workqueue.c: workqueue_init_topology(), wq_update_node_max_active()",
        0,
        Fault::kAttributesIgnored};

    static constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;

    // Where the rows of one workqueue begin, of which there is one a CPU, in the order of these.
    static uint32_t rows_of(const Snapshot& now, const wqlab_snap_workqueue& row)
    {
        uint32_t i = 0;
        while (i < now.cpu_pwqs.size() && &now.workqueues[now.cpu_pwqs[i].workqueue] != &row)
            i++;
        return i;
    }

    static int32_t share_of(const Snapshot& now, const wqlab_snap_workqueue& row, int32_t node)
    {
        for (const wqlab_snap_node_active& at : now.node_active)
            if (&now.workqueues[at.workqueue] == &row && at.node == node)
                return at.max;
        return -1;
    }

    static void judge(Trial& t, const Snapshot& now, const wqlab_snap_workqueue& system,
                      const wqlab_snap_workqueue& made)
    {
        const char* name = string_of(now, system.symbol);
        const auto& rows = now.cpu_pwqs;
        const auto is_of = [&](uint32_t i, const wqlab_snap_workqueue& row) {
            return i < rows.size() && &now.workqueues[rows[i].workqueue] == &row;
        };
        for (uint32_t one = rows_of(now, system), other = rows_of(now, made); is_of(one, system); one++, other++) {
            const uint32_t cpu = rows[one].cpu;
            const bool is_same = is_of(other, made) && rows[other].cpu == cpu;
            WANT(t, !wqlab_cpu_online(cpu) || (is_same && rows[other].pool == rows[one].pool),
                 "from CPU %u items of %s go to pool %d, and of one made now to pool %d", cpu, name, rows[one].pool,
                 is_same ? rows[other].pool : -1);
        }
        for (const wqlab_snap_node_active& at : now.node_active) {
            const int32_t wanted = share_of(now, made, at.node);
            WANT(t, &now.workqueues[at.workqueue] != &system || at.max == wanted,
                 "of node %d %s may have %d in flight, and one made now %d", at.node, name, at.max, wanted);
        }
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND,
                             .max_active = static_cast<uint32_t>(wqlab_wq_max_active()),
                             .is_private = false});
        if (t.decided())
            return;
        // It has been another one, and is given the default anew.
        const int other = kernel::apply(t, wq, {0, Queue::kPrivateNice, wqlab_scope_of("system"), true});
        const int error = other ? other : wq.apply("default", false, 0, 0);
        SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
        const bool has_shares = !(wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE);
        const Snapshot* now = t.snapshot(kSections | (has_shares ? uint32_t{WQLAB_SECTION_NODES} : 0));
        const wqlab_snap_workqueue* made = now ? row_of(*now, wq) : nullptr;
        SKIP_UNLESS(t, made && rows_of(*now, *made) < now->cpu_pwqs.size(), "its own workqueue is not to be seen");
        uint32_t n = 0;
        for (const wqlab_snap_workqueue& row : now->workqueues) {
            // One that is by parameter has a limit of per-CPU ones.
            if (row.symbol == WQLAB_NONE || !(row.flags & WQLAB_WQ_UNBOUND) ||
                row.flags & (WQLAB_WQ_POWER_EFFICIENT | WQLAB_WQ_FREEZABLE))
                continue;
            n++;
            judge(t, *now, row, *made);
            if (t.decided())
                return;
        }
        SKIP_UNLESS(t, n, "no unbound system workqueue is to be seen");
    }
};

struct EachHasItsRescuer {
    static constexpr Promise kPromise = {
        401,
        "",
        "reclaim.each-has-a-rescuer",
        "Each workqueue of the machine with WQ_MEM_RECLAIM has a rescuer, also those made before there were threads, "
        "and no other has one",
        "kernel/workqueue.c: init_rescuer(), workqueue_init()",
        0,
        Fault::kSnapshotLies};

    // It is there before its rescuer is, and that goes first: who makes or destroys one all the time is not so each
    // time that it is looked at.
    static bool is_complete(Trial& t, char (&name)[32])
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++) {
            const wqlab_snap_workqueue& row = now->workqueues[i];
            if (!(row.flags & WQLAB_SNAP_WQ_DESTROYING) && !(row.flags & WQLAB_WQ_MEM_RECLAIM) != !row.rescuer_pid) {
                wqlab_format(name, sizeof(name), "%s", string_of(*now, row.name));
                return false;
            }
        }
        return true;
    }

    static void run(Trial& t)
    {
        char name[32] = {};
        if (!t.wait([&] { return is_complete(t, name) || t.decided(); },
                    "each workqueue with WQ_MEM_RECLAIM to have a rescuer"))
            t.note("%s: a rescuer where there should be none, or none", name);
    }
};

struct DefaultsOfParameters {
    static constexpr Promise kPromise = {
        402,
        "",
        "boot.defaults-of-parameters",
        "Unless the kernel was started with another value workqueue.power_efficient is what it was built with, and "
        "cpu_intensive_thresh_us is worked out",
        "kernel/workqueue.c: workqueue_init_early(), wq_cpu_intensive_thresh_init()",
        0,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        constexpr const char* kUnset = "18446744073709551615\n";
        const int error = t.read("/sys/module/workqueue/parameters/cpu_intensive_thresh_us");
        WANT(t, error || !same_text(t.text(), kUnset), "cpu_intensive_thresh_us was not worked out");
        SKIP_UNLESS(t, read_command_line(t), "it can't be seen what the kernel was started with");
        // With nohz_full, or isolcpus=nohz, it is set by the kernel from 7.0 on.
        for (const char* word : {"isolcpus", "nohz", "power"})
            SKIP_UNLESS(t, !find_in(t.text(), word), "the kernel was started with %s", word);
        SKIP_UNLESS(t, t.read("/sys/module/workqueue/parameters/power_efficient") == 0,
                    "power_efficient can't be read");
        WANT(t, same_text(t.text(), wqlab_wq_saves_power() ? "Y\n" : "N\n"),
             "nobody has set power_efficient, it was built %s, and it is %.1s", wqlab_wq_saves_power() ? "Y" : "N",
             t.text());
    }
};

constexpr Check kAll[] = {
    check_of<NoComplaint>(),       check_of<WatchdogIsArmed>(),      check_of<AsOneMadeNow>(WQLAB_LACK_SCOPES),
    check_of<EachHasItsRescuer>(), check_of<DefaultsOfParameters>(),
};

}  // namespace since_boot

constinit const Group kSinceBootChecks = group_of("boot", since_boot::kAll);

}  // namespace wqlab
