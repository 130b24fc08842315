// SPDX-License-Identifier: GPL-2.0
// What compare found.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "commands/compare/document.hh"
#include "stats/sides.hh"
#include "text/choose.hh"

namespace wqctl {

enum class Outcome { kSame, kWorse, kBetter, kDiffers };

inline constexpr std::array<Named<Outcome>, 4> kOutcomes = {{
    {"same", Outcome::kSame},  // can't be told apart
    {"worse", Outcome::kWorse},
    {"better", Outcome::kBetter},
    {"differs", Outcome::kDiffers},
}};

struct Compared {
    std::string row;  // empty: all of them together
    Measure measure;
    Difference difference;
    double p = 1;  // corrected for all that is asked here
    Outcome outcome = Outcome::kSame;

    // By how much b is the worse one, of a: 0.03 is 3 %.
    double loss() const;
};

struct VerdictChange {
    std::string id;
    std::string a;  // "pass", or "pass 2, fail 1"
    std::string b;
    bool is_worse = false;
};

struct SideOfComparison {
    std::vector<std::string> files;
    std::vector<std::string> kernels;  // each once
};

struct Comparison {
    std::string schema;
    SideOfComparison a, b;
    Unit unit = Unit::kOccasion;
    size_t values_a = 0;  // the most values that a row has
    size_t values_b = 0;
    std::vector<Compared> rows;
    std::vector<Compared> together;  // of each measure, by geometric means; only of several rows
    std::vector<std::string> only_a, only_b;
    std::vector<std::string> lost;  // what side B was to have as side A has, and why it has not, or has less of it
    size_t verdicts = 0;
    std::vector<VerdictChange> changes;

    size_t questions() const { return rows.size() + together.size(); }
    // How many figures must differ at once, as much as figures can, for any to be called different: p is corrected for
    // the number of questions. Nothing: so few values show no difference at all.
    std::optional<size_t> least_different() const;
    size_t count(Outcome outcome) const;  // of rows
    // Whether something is surely worse, by more than this share; a verdict is worse by any share, and so is
    // what is lost.
    bool is_worse_than(double share) const;
};

// Throws if they can't be compared, or have nothing in common.
Comparison compare(std::vector<Document> a, std::vector<Document> b, const std::vector<std::string>& ignored);

std::string comparison_to_json(const Comparison& comparison);

}  // namespace wqctl
