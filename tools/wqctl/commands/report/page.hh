// SPDX-License-Identifier: GPL-2.0
// What a report shows, whatever it is written as: sections of blocks. Readers make it of documents, html.cc and
// markdown.cc write it. All text is as the document had it: who writes it escapes it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Beside other rooms' tables and series, which are called so, too.
namespace wqctl::page {

enum class Mark { kNone, kGood, kBad, kDoubtful };

struct Facts {
    struct Fact {
        std::string name;
        std::string value;
        bool is_code = false;
    };

    std::vector<Fact> facts;

    void add(std::string name, std::string value, bool is_code = false)
    {
        facts.push_back({std::move(name), std::move(value), is_code});
    }
};

struct Note {
    std::string text;
    Mark mark = Mark::kNone;
};

struct Cell {
    std::string text;
    Mark mark = Mark::kNone;
    std::string detail;  // beside it and less loud, such as an interval

    Cell(std::string of, Mark as = Mark::kNone, std::string beside = {})
        : text(std::move(of)), mark(as), detail(std::move(beside))
    {
    }
    Cell(std::string_view of) : text(of) {}
    Cell(const char* of) : text(of) {}
};

struct Table {
    struct Column {
        std::string title;
        bool is_text = false;  // else numbers, which stand below each other by their ends
    };

    std::string title;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
    bool is_folded = false;  // long, and seldom wanted
};

// A value for each of rows × columns, shaded between the smallest and the largest.
struct HeatMap {
    std::string title;
    std::string down, across;  // what rows and columns are
    std::vector<std::string> rows, columns;
    std::vector<std::vector<std::optional<double>>> values;
    std::vector<std::vector<std::string>> texts;

    bool is_logarithmic() const;
    // 0..10, for the shade.
    int level(double value) const;
};

// Of which one is looked at at a time.
struct HeatMaps {
    std::string title;
    std::vector<HeatMap> maps;
};

// What a figure is measured in; charts write it accordingly.
enum class Unit { kTime, kRate, kNumber, kRatio };

// Medians with their intervals, a panel for each figure.
struct Intervals {
    struct Row {
        std::string name;
        double median = 0;
        std::optional<double> low, high;
        Mark mark = Mark::kNone;
    };
    struct Panel {
        std::string title;
        Unit unit = Unit::kNumber;
        std::vector<Row> rows;
    };

    std::string title;
    std::vector<Panel> panels;
};

// Figures as time goes on, a panel for each.
struct Lines {
    struct Series {
        std::string name;
        std::vector<std::vector<std::optional<double>>> values;  // by panel, each as long as seconds
    };

    std::string title;
    std::vector<std::pair<std::string, Unit>> panels;
    std::vector<double> seconds;
    std::vector<Series> series;
};

// One distribution, on a grid that all share so that they can be laid over one another.
struct Distribution {
    double count = 0;
    double min = 0, mean = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;
    std::map<int, double> bins;  // by place on the grid
};

// What an item goes through, of runs and of recordings.
struct Stage {
    std::string_view key;    // in documents
    std::string_view title;  // for people
};
constexpr std::array<Stage, 6> kStages = {{{"wait", "wait"},
                                           {"queue_call", "queue call"},
                                           {"pending", "pending"},
                                           {"inactive", "held back"},
                                           {"run", "run"},
                                           {"total", "total"}}};

struct Distributions {
    // A place is from ns = 2^(place / kPerOctave) to that of the next.
    static constexpr int kPerOctave = 4;

    struct Series {
        std::string name;
        std::string document;  // of which it is
        std::array<std::optional<Distribution>, kStages.size()> stages;
    };

    std::string title;
    std::vector<Series> series;
};

// What is wrong, told.
struct Story {
    std::string title;
    std::string badge;
    Mark mark = Mark::kNone;
    std::vector<std::pair<std::string, std::vector<std::string>>> paragraphs;
    std::vector<std::pair<std::string, std::string>> texts;  // as they were printed: stacks, lines of a log
};

// Lines as they are, folded.
struct Text {
    std::string title;
    std::string text;
};

using Block = std::variant<Facts, Note, Table, HeatMaps, Intervals, Lines, Distributions, Story, Text>;

struct Section {
    std::string title;
    std::string what;  // below the title: "wqctl run, run.json"
    std::vector<Block> blocks;

    void note(std::string text, Mark mark = Mark::kNone) { blocks.push_back(Note{std::move(text), mark}); }
};

struct Page {
    std::string title;
    std::string subtitle;
    std::vector<Section> sections;
};

// The percentiles, as the table that stands beside the chart.
Table table_of(const Distributions& chart);

// Three digits and a unit.
std::string human(double value, Unit unit);

}  // namespace wqctl::page
