// SPDX-License-Identifier: GPL-2.0
// What the machine says of its own CPUs, in files.
#pragma once

#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "look.hh"

namespace wqlab {

// "0-3,8" as bits; what is beyond 64 is left out.
inline uint64_t parse_list(const char* text)
{
    uint64_t cpus = 0;
    const auto number = [&] {
        uint32_t n = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            n = n * 10 + static_cast<uint32_t>(*text - '0');
        return n;
    };
    while (*text >= '0' && *text <= '9') {
        const uint32_t first = number();
        uint32_t last = first;
        if (*text == '-') {
            text++;
            last = number();
        }
        for (uint32_t cpu = first; cpu <= last && cpu < 64; cpu++)
            cpus |= uint64_t{1} << cpu;
        text += *text == ',';
    }
    return cpus;
}

// Those on which the clock may not tick while one task runs there: nohz_full=, "(null)" where there is none.
inline uint64_t tickless_cpus(Trial& t)
{
    return t.read("/sys/devices/system/cpu/nohz_full") ? 0 : parse_list(t.text());
}

// False, too, of one that is beyond 64, which can't be seen.
inline bool has_ticks(Trial& t, uint32_t cpu) { return cpu < 64 && !(tickless_cpus(t) >> cpu & 1); }

// The CPUs that share something with this one, by what the machine says of itself. 0: it does not say.
inline uint64_t siblings(Trial& t, const char* scope, uint32_t cpu)
{
    char path[96];
    if (same_text(scope, "cpu"))
        return uint64_t{1} << cpu;
    if (same_text(scope, "numa")) {
        uint64_t cpus = 0;
        for (uint32_t other = 0; other < wqlab_nr_cpus() && other < 64; other++)
            if (wqlab_cpu_node(other) == wqlab_cpu_node(cpu))
                cpus |= uint64_t{1} << other;
        return cpus;
    }
    if (same_text(scope, "smt")) {
        wqlab_format(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
        return t.read(path) ? 0 : parse_list(t.text());
    }
    if (same_text(scope, "cache")) {
        for (int index = 4; index >= 0; index--) {
            wqlab_format(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cache/index%d/shared_cpu_list", cpu, index);
            if (t.read(path) == 0)
                return parse_list(t.text());
        }
        return 0;
    }
    return ~uint64_t{0};
}

// Another one of these CPUs in that one's node, as a bit; 0: there is none.
inline uint64_t companion_of(uint64_t cpus, uint32_t cpu)
{
    cpus &= ~(uint64_t{1} << cpu);
    while (cpus && wqlab_cpu_node(first_of(cpus)) != wqlab_cpu_node(cpu))
        cpus &= cpus - 1;
    return cpus & -cpus;
}

// Whether queue_work() of an unbound workqueue picks another CPU each time.
inline bool elsewhere_on_purpose(Trial& t)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
    return now && now->head.flags & WQLAB_STATE_FORCE_RR;
}

}  // namespace wqlab
