// SPDX-License-Identifier: GPL-2.0
// How far what is written to files of sysfs may go, and what is refused only at its end.
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace file_bounds {

constexpr const char* kRoot = "/sys/devices/virtual/workqueue";

// Words of eight digits, with leading zeros.
inline bool is_mask(const char* text, uint32_t mask)
{
    char wanted[16];
    wqlab_format(wanted, sizeof(wanted), "%x\n", mask);
    while (*text == '0' || *text == ',')
        text++;
    return same_text(text, wanted);
}

struct FilesTakeTheirBounds {
    static constexpr Promise kPromise = {
        226,
        "",
        "sysfs.takes-its-bounds",
        "nice takes -20 to 19, affinity_scope \"default\" after any other, affinity_strict any number, of which 0 "
        "alone is no, max_active what is beyond its limit as that; a cpumask of which a part can't be parsed is "
        "refused, and changes nothing",
        "kernel/workqueue.c: wq_nice_store(), wq_affn_scope_store(), wq_affinity_strict_store(), wq_cpumask_store()",
        0,
        Fault::kStepLies};

    // Up to where that ends.
    static bool says(Trial& t, const char* path, const char* wanted)
    {
        return t.read(path) == 0 && __builtin_memcmp(t.text(), wanted, __builtin_strlen(wanted)) == 0;
    }

    static void run(Trial& t)
    {
        constexpr struct {
            const char *name, *text, *wanted;
        } kTaken[] = {{"nice", "-20", "-20\n"},
                      {"nice", "0", "0\n"},
                      {"nice", "19", "19\n"},
                      {"max_active", "1", "1\n"},
                      {"affinity_scope", "system", "system\n"},
                      {"affinity_scope", "default", "default ("},
                      {"affinity_strict", "2", "1\n"},
                      {"affinity_strict", "0", "0\n"},
                      {"affinity_strict", "-1", "1\n"}};
        t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .name = "wqlab-c226"});
        if (t.decided())
            return;
        const bool scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES);
        char path[96];
        for (const auto& [name, text, wanted] : kTaken) {
            if (!scopes && __builtin_memcmp(name, "aff", 3) == 0)
                continue;
            wqlab_format(path, sizeof(path), "%s/wqlab-c226/%s", kRoot, name);
            const int error = t.write(path, text);
            SKIP_UNLESS(t, !is_closed(error), "%s can't be written now: error %d", path, error);
            WANT(t, error == 0, "\"%s\" written to %s gave error %d", text, name, error);
            WANT(t, says(t, path, wanted), "written \"%s\", %s says %s", text, name, t.text());
        }
        // Each is more than any kernel's limit, and more than 16 bits have.
        char limit[16] = {};
        wqlab_format(path, sizeof(path), "%s/wqlab-c226/max_active", kRoot);
        for (const char* text : {"100000", "65536", "65537", "2147483647"}) {
            WANT(t, t.write(path, text) == 0 && t.read(path) == 0, "max_active %s was refused", text);
            if (!*limit)
                Text(limit).add(t.text());
            WANT(t, same_text(t.text(), limit), "written %s, max_active says %s, and written 100000 it said %s", text,
                 t.text(), limit);
        }
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 32,
                    "it takes two of the first 32 CPUs for unbound workqueues");
        wqlab_format(path, sizeof(path), "%s/wqlab-c226/cpumask", kRoot);
        char text[24];
        wqlab_format(text, sizeof(text), "%x", 1u << second_of(allowed));
        WANT(t, t.write(path, text) == 0 && t.read(path) == 0, "a cpumask of CPU %u was refused", second_of(allowed));
        char before[128] = {};
        Text(before).add(t.text());
        // The kernel parses it from its end.
        wqlab_format(text, sizeof(text), "x,%x", 1u << first_of(allowed));
        const int error = t.write(path, text);
        WANT(t, error, "\"%s\" was taken for a cpumask", text);
        WANT(t, t.read(path) == 0 && same_text(t.text(), before), "after \"%s\" was refused cpumask says %s", text,
             t.text());
    }
};

struct GlobalMaskIsWhole {
    static constexpr Promise kPromise = {
        227,
        "",
        "sysfs.global-mask-is-taken-whole",
        "A global cpumask of which a part can't be parsed, or that has no CPU that is possible, is refused, and "
        "changes neither what is in force nor what was asked for; of others the possible ones count; the same again "
        "is taken, to its last digit, and leaves each workqueue as it is",
        "kernel/workqueue.c: cpumask_store(), workqueue_set_unbound_cpumask()",
        0,
        Fault::kStepIgnored};

    static constexpr const char* kRequested = UnboundCpus::kRequested;
    static constexpr int kShort = 5;  // EIO: not all of what was written was taken

    // False: it is not this CPU's mask alone. cpumask_requested came with 6.7.
    static bool is_mask_of(Trial& t, const char* path, uint32_t cpu)
    {
        if (const int error = t.read(path))
            return error == number(Errno::kNoEntry) && path == kRequested;
        return is_mask(t.text(), 1u << cpu);
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 31,
                    "it takes two of the first 31 CPUs for unbound workqueues");
        const uint32_t first = first_of(allowed), cpu = second_of(allowed);
        UnboundCpus cpus(t);
        if (!cpus.keep_mask())
            return;
        // What is in force already needs no memory.
        SKIP_UNLESS(t, t.read(UnboundCpus::kPath) == 0, "%s can't be read", UnboundCpus::kPath);
        char before[256] = {};
        Text(before).add(t.text());
        const size_t size = __builtin_strlen(before);
        const bool is_whole = size && before[size - 1] == '\n';
        const int unchanged = is_whole ? t.write(UnboundCpus::kPath, before) : 0;
        WANT(t, unchanged != number(Errno::kNoMemory) && unchanged != number(Errno::kInvalid) && unchanged != kShort,
             "what %s says was written there, and gave error %d", UnboundCpus::kPath, unchanged);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("the item");
        if (!cpus.restrict_to(cpu))
            return;
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "the item to run");
        // What replaces what an item was counted by has counted none.
        const bool has_counts = t.kernel().has(Field::kPwqStats);
        const auto has_counted = [&] { return has_counts ? stat_of_cpu(t, wq, cpu, WQLAB_PWQ_STAT_STARTED) : 1; };
        WANT(t, has_counted() || t.decided(), "an item ran that was not counted");
        const auto is_kept = [&] { return is_mask_of(t, UnboundCpus::kPath, cpu) && is_mask_of(t, kRequested, cpu); };
        char half[24], same[24], more[24];
        wqlab_format(half, sizeof(half), "x,%x", 1u << first);
        wqlab_format(same, sizeof(same), "%08x", 1u << cpu);
        wqlab_format(more, sizeof(more), "%x", 1u << cpu | 1u << 31);
        WANT(t, is_kept(), "written %s, the masks say %s", same, t.text());
        const bool may_be_possible = wqlab_nr_cpus() > 31;
        for (const char* text : {static_cast<const char*>(half), may_be_possible ? "0" : "80000000", "x"}) {
            WANT(t, t.write(UnboundCpus::kPath, text), "\"%s\" was taken for a mask", text);
            WANT(t, is_kept(), "after \"%s\" was refused the masks say %s", text, t.text());
        }
        const int again = t.write(UnboundCpus::kPath, same);
        WANT(t, again == 0 && is_kept(), "the same mask again gave error %d", again);
        WANT(t, has_counted() || t.decided(), "written again, the same mask replaced what a workqueue is made of");
        // Where the kernel has room for fewer than 32 it takes none that has more.
        const int error = may_be_possible ? 0 : t.write(UnboundCpus::kPath, more);
        WANT(t, is_kept(), "after \"%s\", which gave error %d, the masks say %s", more, error, t.text());
    }
};

struct ThresholdOfTheWatchdog {
    static constexpr Promise kPromise = {
        228,
        "",
        "watchdog.thresh-takes-its-bounds",
        "watchdog_thresh takes numbers as C writes them, up to the longest time that a timer can wait; one that is "
        "refused changes nothing",
        "kernel/workqueue.c: wq_watchdog_param_set_thresh()",
        0,
        Fault::kStepLies};

    static constexpr const char* kPath = "/sys/module/workqueue/parameters/watchdog_thresh";

    static void run(Trial& t)
    {
        const int error = t.read(kPath);
        SKIP_UNLESS(t, error == 0, "this kernel has no watchdog of workqueues");
        // MAX_JIFFY_OFFSET
        const unsigned long most = ((~0ul >> 2) - 1) / wqlab_hz();
        char text[24], wanted[24], beyond[24];
        wqlab_format(text, sizeof(text), "%lu", most);
        wqlab_format(beyond, sizeof(beyond), "%lu", most + 1);
        const struct {
            const char *text, *number;
        } taken[] = {{"0x28", "40"}, {text, text}, {"0", "0"}, {"31", "31"}};
        for (const auto& [written, number] : taken) {
            const int refused = t.write(kPath, written);
            SKIP_UNLESS(t, !is_closed(refused), "%s can't be written now: error %d", kPath, refused);
            WANT(t, refused == 0, "\"%s\" gave error %d", written, refused);
            wqlab_format(wanted, sizeof(wanted), "%s\n", number);
            WANT(t, t.read(kPath) == 0 && same_text(t.text(), wanted), "after \"%s\" it says %s", written, t.text());
        }
        // Some kernels take whatever there is, with which they do not reckon: of this one HZ times is as of 40.
        const int unbounded = t.write(kPath, "9223372036854775848");
        const int restored = t.write(kPath, "31");
        SKIP_UNLESS(t, !is_closed(unbounded) && !restored, "%s can't be written now: error %d", kPath, restored);
        const int refused = t.write(kPath, beyond);
        constexpr int kRange = 34;
        WANT(t, !unbounded || refused, "2^63 + 40 gave error %d, and %s was taken", unbounded, beyond);
        WANT(t, refused == 0 || refused == kRange, "%s gave error %d", beyond, refused);
        wqlab_format(wanted, sizeof(wanted), "%s\n", refused ? "31" : beyond);
        WANT(t, t.read(kPath) == 0 && same_text(t.text(), wanted), "after %s was %s it says %s", beyond,
             refused ? "refused" : "taken", t.text());
    }
};

struct MaskThatWasAskedFor {
    static constexpr Promise kPromise = {413,
                                         "",
                                         "sysfs.cpumask-is-what-was-asked-for",
                                         "cpumask of an unbound workqueue says what was asked for it, whichever of "
                                         "these CPUs unbound workqueues may use",
                                         "kernel/workqueue.c: wq_cpumask_show()",
                                         0,
                                         Fault::kStepLies};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 31,
                    "it takes two of the first 31 CPUs for unbound workqueues");
        const uint32_t asked = 1u << first_of(allowed) | 1u << second_of(allowed);
        Queue& wq = t.queue(
            {.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .is_private = false, .cpus = asked, .name = "wqlab-c413"});
        UnboundCpus cpus(t);
        if (t.decided() || !cpus.restrict_to(second_of(allowed)))
            return;
        char path[96];
        wqlab_format(path, sizeof(path), "%s/%s/cpumask", kRoot, wq.name());
        const int error = t.read(path);
        SKIP_UNLESS(t, !error, "%s can't be read: error %d", path, error);
        WANT(t, is_mask(t.text(), asked), "asked for %x, while unbound ones may use CPU %u alone, it says %s", asked,
             second_of(allowed), t.text());
    }
};

constexpr Check kAll[] = {
    check_of<FilesTakeTheirBounds>(),
    check_of<GlobalMaskIsWhole>(),
    check_of<MaskThatWasAskedFor>(),
    check_of<ThresholdOfTheWatchdog>(),
};

}  // namespace file_bounds

constinit const Group kFileBoundChecks = group_of("attributes", file_bounds::kAll);

}  // namespace wqlab
