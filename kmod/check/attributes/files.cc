// SPDX-License-Identifier: GPL-2.0
// Files of sysfs say what was set, by whichever way, and take it.
#include "../../glue/attributes.h"
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"
#include "../scenes/topology.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace files {

constexpr const char* kRoot = "/sys/devices/virtual/workqueue";

// "0000000f\n", "ff,ffffffff\n": the first 64 bits.
inline uint64_t parse_mask(const char* text)
{
    uint64_t mask = 0;
    for (; *text && *text != '\n'; text++) {
        const char c = *text;
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit >= 0)
            mask = mask << 4 | static_cast<uint64_t>(digit);
    }
    return mask;
}

// A file of a workqueue's directory.
struct File {
    char path[96];

    File(const char* workqueue, const char* name)
    {
        wqlab_format(path, sizeof(path), "%s/%s/%s", kRoot, workqueue, name);
    }
};

struct FilesSayWhatIsSet {
    static constexpr Promise kPromise = {
        166,
        "",
        "sysfs.says-what-is-set",
        "nice, cpumask, affinity_scope, affinity_strict and max_active say what was written to them and what the "
        "kernel's functions set, and each leaves the others as they are",
        "kernel/workqueue.c: wq_nice_show(), wq_cpumask_show(), wq_affn_scope_show(), wq_affinity_strict_show()",
        0,
        Fault::kStepLies};

    static void expect(Trial& t, const char* name, const char* text, const char* after)
    {
        const File file("wqlab-c166", name);
        const int error = t.read(file.path);
        const char* const got = t.text();
        // A mask has leading zeros.
        const bool same = same_text(name, "cpumask") ? parse_mask(got) == parse_mask(text) && *got != 'l'
                                                     : same_text(got, text);
        WANT(t, error == 0 && same, "after %s %s says %s, not %s", after, name, got, text);
    }

    struct State {
        const char *nice, *scope, *strict, *max_active, *mask;
    };

    static void expect_all(Trial& t, const State& state, const char* after)
    {
        expect(t, "nice", state.nice, after);
        expect(t, "cpumask", state.mask, after);
        if (!(wqlab_lacks() & WQLAB_LACK_SCOPES)) {
            expect(t, "affinity_scope", state.scope, after);
            expect(t, "affinity_strict", state.strict, after);
        }
        expect(t, "max_active", state.max_active, after);
        expect(t, "per_cpu", "0\n", after);
    }

    static void write(Trial& t, const char* name, const char* text)
    {
        const File file("wqlab-c166", name);
        if (const int error = t.write(file.path, text))
            t.fail("%s could not be written to %s: error %d", text, name, error);
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const bool scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .max_active = 11, .name = "wqlab-c166"});
        const uint32_t cpu = second_of(allowed);
        SKIP_UNLESS(t, cpu < 32, "its number is too large");
        // By the function.
        const int error = wq.apply(smallest_scope(), false, uint64_t{1} << cpu, 3);
        WANT(t, error == 0, "attributes can't be set: error %d", -error);
        char all[24], one[24];
        wqlab_format(all, sizeof(all), "%x\n", static_cast<uint32_t>(allowed));
        wqlab_format(one, sizeof(one), "%x\n", 1u << cpu);
        State state = {"3\n", "cpu\n", "0\n", "11\n", one};
        expect_all(t, state, "apply_workqueue_attrs()");
        // By its files, one after the other, and each once more when none of the others is as it was made.
        const struct {
            const char* name;
            const char* State::*said;
            const char* text;
        } writes[] = {{"nice", &State::nice, "-7\n"},
                      {"affinity_strict", &State::strict, "1\n"},
                      {"affinity_scope", &State::scope, "numa\n"},
                      {"max_active", &State::max_active, "5\n"},
                      {"cpumask", &State::mask, all},
                      {"cpumask", &State::mask, one},
                      {"nice", &State::nice, "4\n"},
                      {"affinity_scope", &State::scope, "system\n"},
                      {"max_active", &State::max_active, "6\n"}};
        for (const auto& [name, said, text] : writes) {
            if (!scopes && __builtin_memcmp(name, "aff", 3) == 0)
                continue;
            write(t, name, text);
            state.*said = text;
            expect_all(t, state, name);
            if (t.decided())
                return;
        }
        wq.set_max_active(9);
        state.max_active = "9\n";
        expect_all(t, state, "workqueue_set_max_active()");
        // What is refused changes nothing.
        const struct {
            const char *name, *text;
        } bad[] = {{"nice", "x"},    {"nice", "20"},          {"max_active", "x"},     {"max_active", "0"},
                   {"cpumask", "x"}, {"affinity_scope", "x"}, {"affinity_strict", "x"}};
        for (const auto& [name, text] : bad) {
            if (!scopes && __builtin_memcmp(name, "aff", 3) == 0)
                continue;
            const File file("wqlab-c166", name);
            WANT(t, t.write(file.path, text) == number(Errno::kInvalid),
                 "%s took \"%s\", or gave another error than "
                 "EINVAL",
                 name, text);
        }
        expect_all(t, state, "what was refused");
    }
};

struct GlobalMasks {
    static constexpr Promise kPromise = {
        167,
        "",
        "sysfs.global-masks",
        "workqueue/cpumask says which CPUs unbound workqueues may use, cpumask_requested what was asked for, and both "
        "what is written to the first",
        "kernel/workqueue.c: workqueue_set_unbound_cpumask(), __wq_cpumask_show()",
        0,
        Fault::kStepIgnored};

    static uint64_t mask_of(Trial& t, const char* name, int& error)
    {
        char path[64];
        wqlab_format(path, sizeof(path), "%s/%s", kRoot, name);
        error = t.read(path);
        return parse_mask(t.text());
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        UnboundCpus cpus(t);
        int error;
        for (const uint64_t mask : {uint64_t{1} << first_of(allowed), uint64_t{1} << second_of(allowed), allowed}) {
            if (!cpus.write_mask(mask))
                return;
            const uint64_t now = mask_of(t, "cpumask", error);
            WANT(t, error == 0 && now == mask, "written %llx, cpumask says %llx", static_cast<unsigned long long>(mask),
                 static_cast<unsigned long long>(now));
            const uint64_t requested = mask_of(t, "cpumask_requested", error);
            // It came with 6.7.
            WANT(t, error == number(Errno::kNoEntry) || (error == 0 && requested == mask),
                 "written %llx, cpumask_requested says %llx", static_cast<unsigned long long>(mask),
                 static_cast<unsigned long long>(requested));
            const uint64_t isolated = mask_of(t, "cpumask_isolated", error);
            WANT(t, error || *t.text(), "cpumask_isolated is empty");
            const Snapshot* state = t.snapshot(WQLAB_SECTION_SCOPES);
            if (!state)
                return;
            const uint32_t row = state->head.isolated_cpus;
            WANT(t,
                 error == number(Errno::kNoEntry) || row == WQLAB_NONE ||
                     (error == 0 && isolated == state->masks.words()[row * state->masks.words_each()]),
                 "cpumask_isolated says %llx, which is not what the kernel has",
                 static_cast<unsigned long long>(isolated));
        }
    }
};

struct ParametersRefuse {
    static constexpr Promise kPromise = {179,
                                         "",
                                         "sysfs.parameters-refuse-what-is-wrong",
                                         "The parameters default_affinity_scope and watchdog_thresh say what was "
                                         "written to them; what is no scope or no "
                                         "number is refused and changes nothing",
                                         "kernel/workqueue.c: wq_affn_dfl_set(), wq_watchdog_param_set_thresh()",
                                         0,
                                         Fault::kStepLies};

    // What comes of writing it: 0, and then the file says it, or an error.
    struct Value {
        const char* text;
        int error;
    };

    static void judge(Trial& t, const char* path, Span<const Value> values)
    {
        char last[64] = {};
        if (t.read(path))
            return;  // this kernel has no such parameter
        Text(last).add(t.text());
        for (const Value& value : values) {
            const int error = t.write(path, value.text);
            WANT(t, error == value.error, "\"%s\" written to %s gave error %d, not %d", value.text, path, error,
                 value.error);
            if (!error)
                wqlab_format(last, sizeof(last), "%s\n", value.text);
            const int unread = t.read(path);
            WANT(t, unread == 0 && same_text(t.text(), last), "after \"%s\" was written %s says %s", value.text, path,
                 t.text());
        }
    }

    static void run(Trial& t)
    {
        constexpr int kInvalid = number(Errno::kInvalid);
        static constexpr Value kScopes[] = {
            {"cpu", 0}, {"nothing", kInvalid}, {"default", kInvalid}, {"system", 0}, {"numa", 0}};
        static constexpr Value kThresholds[] = {{"40", 0}, {"x", kInvalid}, {"-1", kInvalid}, {"35", 0}};
        judge(t, "/sys/module/workqueue/parameters/default_affinity_scope", kScopes);
        if (!t.decided())
            judge(t, "/sys/module/workqueue/parameters/watchdog_thresh", kThresholds);
    }
};

struct WhatIsWrittenIsDone {
    static constexpr Promise kPromise = {
        209,
        "",
        "sysfs.what-is-written-is-done",
        "What is written to nice, affinity_scope, affinity_strict, cpumask and max_active of a workqueue holds for "
        "its next item; what is no such value is refused, and changes nothing",
        "kernel/workqueue.c: wq_nice_store(), wq_affn_scope_store(), wq_affinity_strict_store(), wq_cpumask_store(), "
        "max_active_store(), wq_sysfs_prep_attrs()",
        0,
        Fault::kStepIgnored};

    // 0 or errno.
    static int write(Trial& t, const char* name, const char* text)
    {
        return t.write(File("wqlab-c209", name).path, text);
    }

    static void set(Trial& t, const char* name, const char* text)
    {
        const int error = write(t, name, text);
        SKIP_UNLESS(t, !error || error == number(Errno::kInvalid), "%s can't be written here: error %d", name, error);
        WANT(t, !error, "\"%s\" was refused by %s", text, name);
    }

    // What its next item sees, from that CPU.
    static void expect(Trial& t, Queue& wq, uint32_t cpu, int32_t nice, uint64_t cpus, uint64_t of, const char* when)
    {
        TestItem& item = t.item("an item");
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "an item to run");
        const Execution& seen = item.last();
        WANT(t, seen.nice == nice && (seen.cpus & of) == cpus && cpus >> seen.cpu & 1,
             "%s: it ran at nice %d on CPU %u, and might run on %llx", when, seen.nice, seen.cpu,
             static_cast<unsigned long long>(seen.cpus));
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && second_of(allowed) < 32, "unbound workqueues may use one CPU");
        const uint32_t one = first_of(allowed), two = second_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .is_private = false, .name = "wqlab-c209"});
        if (t.decided())
            return;
        set(t, "nice", "5");
        set(t, "affinity_scope", "cpu");
        expect(t, wq, one, 5, allowed, allowed, "nice 5, scope cpu");
        set(t, "affinity_strict", "1");
        expect(t, wq, one, 5, uint64_t{1} << one, ~uint64_t{0}, "strict");
        expect(t, wq, two, 5, uint64_t{1} << two, ~uint64_t{0}, "strict, on another CPU");
        set(t, "affinity_scope", "system");
        expect(t, wq, one, 5, allowed, allowed, "scope system, strict");
        char mask[16];
        wqlab_format(mask, sizeof(mask), "%x", 1u << two);
        set(t, "cpumask", mask);
        expect(t, wq, one, 5, uint64_t{1} << two, ~uint64_t{0}, "a cpumask of one CPU");
        set(t, "affinity_strict", "0");
        set(t, "nice", "-3");
        expect(t, wq, one, -3, uint64_t{1} << two, ~uint64_t{0}, "nice -3, not strict");
        constexpr struct {
            const char *name, *text;
        } kWrong[] = {
            {"nice", "30"},           {"nice", "-21"},        {"nice", "x"},       {"affinity_scope", "nowhere"},
            {"affinity_strict", "x"}, {"cpumask", "nothing"}, {"max_active", "0"}, {"max_active", "x"}};
        for (const auto& wrong : kWrong) {
            const int error = write(t, wrong.name, wrong.text);
            WANT(t, error, "\"%s\" was written to %s", wrong.text, wrong.name);
            SKIP_UNLESS(t, error == number(Errno::kInvalid), "%s can't be written here: error %d", wrong.name, error);
        }
        expect(t, wq, one, -3, uint64_t{1} << two, ~uint64_t{0}, "after what was refused");
        set(t, "max_active", "1");
        const Items items = t.items(2, "an item that sleeps", TestItem::Body::kGate);
        for (uint32_t i = 0; i < 2; i++)
            items[i]->queue(wq);
        AWAIT(t, started(items, 2) >= 1, "an item to start");
        t.linger();
        WANT(t, started(items, 2) == 1, "with max_active 1, %u are in flight", started(items, 2));
        set(t, "max_active", "2");
        AWAIT(t, started(items, 2) == 2, "the second one to start when max_active is 2");
    }
};

struct FreshAreDefaults {
    static constexpr Promise kPromise = {
        364,
        "",
        "attrs.fresh-ones-are-the-defaults",
        "Attributes as alloc_workqueue_attrs() makes them are the defaults: nice 0, all possible CPUs, the default "
        "affinity scope, not strict",
        "kernel/workqueue.c: alloc_workqueue_attrs()",
        0,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        constexpr const char* kName = "wqlab-c364";
        SKIP_UNLESS(t, t.read("/sys/devices/system/cpu/possible") == 0, "it can't be read which CPUs are possible");
        const uint64_t possible = parse_list(t.text());
        const uint64_t allowed = unbound_cpus(t);
        if (t.decided())
            return;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS,
                             .scope = "cpu",
                             .strict = true,
                             .cpus = allowed & -allowed,
                             .name = kName});
        if (t.decided())
            return;
        const int error = wqlab_attributes_apply(wq.get(), nullptr);
        SKIP_UNLESS(t, error != -number(Errno::kNotSupported) && error != -number(Errno::kNoMemory),
                    "attributes can't be set now");
        WANT(t, error == 0, "as they are made they are refused: error %d", -error);
        struct {
            const char* file;
            const char* begins;
        } const files[] = {{"nice", "0\n"}, {"affinity_scope", "default ("}, {"affinity_strict", "0\n"}};
        for (const auto& [file, begins] : files) {
            const int unread = t.read(File(kName, file).path);
            WANT(t, !unread && opens_with(t.text(), begins), "of attributes that nobody has set %s says %s", file,
                 t.text());
        }
        WANT(t, t.read(File(kName, "cpumask").path) == 0, "its cpumask can't be read");
        SKIP_UNLESS(t, find_in(t.text(), "\n"), "a cpumask is longer than can be read");
        WANT(t, parse_mask(t.text()) == possible,
             "of attributes that nobody has set cpumask says %s, and possible are the CPUs %llx", t.text(),
             static_cast<unsigned long long>(possible));
    }
};

constexpr Check kAll[] = {
    check_of<FilesSayWhatIsSet>(), check_of<WhatIsWrittenIsDone>(WQLAB_LACK_SCOPES), check_of<GlobalMasks>(),
    check_of<ParametersRefuse>(),  check_of<FreshAreDefaults>(WQLAB_LACK_SCOPES),
};

}  // namespace files

constinit const Group kFileChecks = group_of("attributes", files::kAll);

}  // namespace wqlab
