// SPDX-License-Identifier: GPL-2.0
// What bench is to do, and what it measured.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/measure.hh"
#include "report/provenance.hh"
#include "scenario/axes.hh"

namespace wqctl {

// Passes that are wanted before anything is said to be precise: intervals of fewer rounds are wide, or too lucky.
inline constexpr unsigned kLeastPasses = 10;
inline constexpr uint64_t kBetweenRounds = 20'000'000;  // ns, about

// Of one that has a budget so long that there is time for kLeastPasses and some more.
uint64_t round_length(const std::optional<uint64_t>& budget_ns, size_t cells);

// What one run of a cell said of one workqueue; by kRunMeasures. Nothing where it said nothing.
using Figures = std::array<std::optional<double>, kRunMeasures.size()>;

struct Round {
    unsigned pass = 0;        // in which every cell has its turn once
    uint64_t started_ns = 0;  // since bench began
    Figures figures;
};

// A workqueue of a cell: a row of the table.
struct BenchRow {
    std::string name;  // the cell's, and the workqueue's where the scenario has several
    std::string workqueue;
    std::vector<Round> rounds;
};

struct BenchCell {
    Cell cell;
    std::vector<BenchRow> rows;
    std::string error;  // what the kernel said to it; it is not measured then

    static BenchCell of(Cell cell);
};

struct LeftOut {
    std::string name;
    std::string reason;
};

struct Plan {
    std::vector<BenchCell> cells;
    std::vector<LeftOut> left_out;
    size_t baseline = 0;
    double precision = 0;                  // half of the interval of items/s, of its median
    std::optional<uint64_t> budget_ns;     // of all of it
    std::optional<uint64_t> round_ns;      // nothing: a round ends by items
    std::optional<unsigned> rounds;        // as many, whatever the precision
    std::optional<unsigned> least_rounds;  // so many, whatever the budget
    uint64_t seed = 0;                     // of the order
};

enum class EndOfBench { kPrecise, kBudget, kRounds, kInterrupt };

struct BenchResult {
    Plan plan;
    EndOfBench end = EndOfBench::kPrecise;
    unsigned passes = 0;  // that were measured, the last one perhaps in part
    uint64_t elapsed_ns = 0;
    std::string kernel;
    std::string cpus;  // online
    std::optional<Provenance> provenance;
    std::vector<std::string> broken;  // promises that the figures contradict

    std::vector<const BenchRow*> rows() const;  // of the cells that were measured
};

}  // namespace wqctl
