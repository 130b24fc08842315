// SPDX-License-Identifier: GPL-2.0
// A document as compare needs it: rows of figures, what must agree before they can be compared, verdicts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/measure.hh"
#include "scenario/document.hh"
#include "stats/sides.hh"

namespace wqctl {

class Fields;

struct Series {
    std::string row;
    Measure measure;
    Rounds rounds;
};

struct Document {
    std::string file;
    std::string schema;
    std::string kernel;
    std::vector<Series> series;
    // By row: what the kernel said to it. Its figures are of what was measured before, and not here.
    std::map<std::string, std::string> failed;
    // By a scenario; of what just happened to be there, nothing is known from its absence.
    bool are_rows_asked_for = false;
    // Such as {"scenario.workqueues[0].max_active", "4"}.
    std::vector<std::pair<std::string, std::string>> facts;
    // Of checks: by id, how each ended.
    std::map<std::string, std::vector<std::string>> verdicts;

    void add(std::string row, const Measure& measure, double value);
    // All that the node says, but for what does not make figures incomparable.
    void add_facts(const std::string& path, const Node& node);

private:
    std::map<std::pair<std::string, std::string_view>, size_t> places_;  // in series
};

// The documents that can be compared.
std::vector<std::string_view> comparable_schemas();

// Refuses in a line what can't be read, is of another schema, or is cut short.
Document read_document(const std::string& path);
Document parse_comparable(std::string_view text, const std::string& file);

// What each of them says, into the document.
void read_bench(const Fields& root, Document& document);
void read_run(const Fields& root, Document& document);
void read_latency(const Fields& root, Document& document);
void read_check(const Fields& root, Document& document);
void read_monitor_sample(const Fields& root, Document& document);

}  // namespace wqctl
