// SPDX-License-Identifier: GPL-2.0
// What of each kind of document a report shows: each adds to its section, and its distributions to those of all.
#pragma once

#include "commands/report/page.hh"
#include "scenario/fields.hh"

namespace wqctl::page {

struct Draft {
    Section& section;
    std::vector<Distributions::Series>& distributions;
    std::string document;  // what it is called beside others
};

void read_run(const Fields& root, Draft& draft);
void read_bench(const Fields& root, Draft& draft);
void read_compare(const Fields& root, Draft& draft);
void read_latency(const Fields& root, Draft& draft);
void read_check(const Fields& root, Draft& draft);
void read_doctor(const Fields& root, Draft& draft);
// A line for each time that something began, changed or ended.
void read_doctor_watch(const std::vector<Fields>& lines, Draft& draft);

// What a double has exactly, and any integer of C++'s can be made of.
constexpr double kMostExact = 9007199254740992;  // 2^53
// A hundred years: more, no kernel has been up.
constexpr double kMostNs = 3.2e18;

// Refuses what is more, as what no document of wqctl's has.
double number_up_to(const Fields& fields, std::string_view key, double most);

// Of what "latency_ns" and "stages_ns" hold.
std::optional<Distribution> read_distribution(const Fields& stages, std::string_view stage);

// Kernel, command and machine, as far as the document says them; what it does not say is said.
Facts origin_facts(const Fields& root);

// "3.2 s"
std::string time_of(const Fields& fields, std::string_view key);

}  // namespace wqctl::page
