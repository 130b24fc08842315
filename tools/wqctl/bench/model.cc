// SPDX-License-Identifier: GPL-2.0
#include "bench/model.hh"

#include <algorithm>

namespace wqctl {

namespace {

constexpr uint64_t kShortestRound = 50'000'000;  // the beginning and the end of a run are some milliseconds
constexpr uint64_t kLongestRound = 500'000'000;  // more rounds say more than longer ones

}  // namespace

uint64_t round_length(const std::optional<uint64_t>& budget_ns, size_t cells)
{
    if (!budget_ns)
        return 200'000'000;
    const uint64_t each = *budget_ns / (cells * (kLeastPasses + 3));
    return std::clamp(each > kBetweenRounds ? each - kBetweenRounds : 0, kShortestRound, kLongestRound);
}

BenchCell BenchCell::of(Cell cell)
{
    BenchCell result;
    const auto& workqueues = cell.scenario.workqueues;
    for (const WorkqueueSpec& workqueue : workqueues) {
        std::string name = cell.name;
        if (workqueues.size() > 1 || name.empty())
            name += (name.empty() ? "" : " ") + workqueue.name;
        result.rows.push_back({std::move(name), workqueue.name, {}});
    }
    result.cell = std::move(cell);
    return result;
}

std::vector<const BenchRow*> BenchResult::rows() const
{
    std::vector<const BenchRow*> rows;
    for (const BenchCell& cell : plan.cells)
        if (cell.error.empty())
            for (const BenchRow& row : cell.rows)
                if (!row.rounds.empty())
                    rows.push_back(&row);
    return rows;
}

}  // namespace wqctl
