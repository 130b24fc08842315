// SPDX-License-Identifier: GPL-2.0
#include "trace_seeds.hh"

#include <string>

#include "unit/trace/recorded.hh"

namespace {

Seed seed(const char* name, const std::string& file) { return {name, {file.begin(), file.end()}}; }

Recorded few()
{
    Recorded it;
    it.queue(1'000, 0xa, "a_fn", it.events_wq);
    it.start(2'000, 0xa, "a_fn", it.events_wq, 61);
    it.in_worker(wqctl::EventKind::kEnd, 3'000, 61, Recorded::kPool, 0xa);
    return it;
}

// More than one block of a file: for the time it takes.
Recorded many()
{
    Recorded it;
    for (uint64_t i = 0; i < 200; i++) {
        it.queue(100 * i, i + 1, "fn_" + std::to_string(i % 7), it.events_wq);
        it.start(100 * i + 50, i + 1, "fn_" + std::to_string(i % 7), it.events_wq, static_cast<int32_t>(61 + i % 3));
        if (i % 5)
            it.in_worker(wqctl::EventKind::kEnd, 100 * i + 90, static_cast<int32_t>(61 + i % 3), Recorded::kPool,
                         i + 1);
    }
    return it;
}

}  // namespace

std::vector<Seed> trace_seeds()
{
    return {seed("few", file_of(few())), seed("all-sorts", file_of(all_sorts())), seed("many", file_of(many())),
            seed("none", file_of(Recorded()))};
}
