// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "term/histogram.hh"
#include "term/progress.hh"
#include "term/table.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

TEST_CASE("a table folds at its groups and never cuts a cell")
{
    Table table;
    table.column("name", Table::Align::kLeft);
    for (const char* title : {"a1", "a2", "a3"})
        table.column(title, Table::Align::kRight, "alpha");
    for (const char* title : {"b1", "b2"})
        table.column(title, Table::Align::kRight, "beta");
    table.column("empty");
    table.row({"first", "1111111", "2222222", "3333333", "4444444", "5555555"});
    table.row({"second", "1", "2", "3", "4", "5"});

    const auto wide = lines_of(table.render(plain(80)));
    REQUIRE(wide.size() == 4);
    CHECK(wide[0] ==
          "        \u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500 alpha "
          "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\u2500 beta "
          "\u2500\u2500\u2500\u2500\u2500");
    CHECK(wide[1] == "name         a1       a2       a3       b1       b2");
    CHECK(wide[2] == "first   1111111  2222222  3333333  4444444  5555555");

    const std::string folded = table.render(plain(40));
    CHECK(widest(folded) <= 40);
    CHECK(lines_of(folded).size() == 9);
    for (const char* cell : {"1111111", "2222222", "3333333", "4444444", "5555555"})
        CHECK_THAT(folded, Catch::Contains(cell));

    // Narrower than a group: that one is split, too.
    const std::string narrow = table.render(plain(20));
    CHECK(widest(narrow) <= 20);
    CHECK_THAT(narrow, Catch::Contains("3333333"));
}

TEST_CASE("histogram lines share one axis")
{
    Latency fast, slow;
    fast.add_bucket(Latency::Geometry::index(2'000), 10);
    slow.add_bucket(Latency::Geometry::index(2'000'000), 10);
    slow.add_bucket(Latency::Geometry::index(2'000), 1);
    const auto lines = lines_of(render_histogram_lines({{"fast", &fast}, {"slow", &slow}}, plain(80)));
    REQUIRE(lines.size() == 4);
    CHECK_THAT(lines[0], Catch::StartsWith("fast  "));
    CHECK(lines[0].find("\u2588") != std::string::npos);
    CHECK(display_width(lines[1]) > display_width(lines[0]));
    CHECK_THAT(lines[3], Catch::Contains("1\u00b5s") && Catch::Contains("10ms"));
    CHECK(render_histogram_lines({}, plain(80)).empty());
}

TEST_CASE("histogram lines fit beside or below their names")
{
    Latency all;
    for (const uint64_t ns : {500, 2'000, 2'000'000, 2'000'000'000})
        all.add_bucket(Latency::Geometry::index(ns), 10);
    for (size_t length = 1; length <= 78; length++) {
        const std::string name(length, 'n');
        const std::string text = render_histogram_lines({{name, &all}, {"short", &all}}, plain(80));
        INFO(text);
        CHECK(widest(text) <= 80);
        CHECK_THAT(text, Catch::Contains(name) && Catch::Contains("short") && Catch::Contains("10s"));
    }
}

TEST_CASE("what is said of a progress stays on its line")
{
    const std::string tail = " pass 12, cell 3 of 4, widest \u00b112.5%, 1000s left at most";
    for (unsigned width = 40; width < 120; width++) {
        const std::string line = progress_bar(0.5, tail, plain(width));
        CHECK(display_width(line) < width);
        CHECK((line.find(tail) != std::string::npos) == (display_width(tail) < width));
    }
}

TEST_CASE("what is not empty shows in a histogram")
{
    Latency latency;
    latency.add_bucket(Latency::Geometry::index(1'000), 1'000'000);
    latency.add_bucket(Latency::Geometry::index(50'000), 1);
    for (Charset charset : {Charset::kUtf8, Charset::kAscii}) {
        const auto rows = lines_of(render_histogram_rows(latency, plain(80, charset)));
        CHECK(display_width(rows.front()) <= 80);
        CHECK(display_width(rows.back()) > 40);
    }
}

TEST_CASE("text is wrapped at words")
{
    CHECK(wrap("one two three", 7, "") == "one two\nthree\n");
    CHECK(wrap("unbreakable", 5, "  ") == "  unbreakable\n");
    CHECK(display_width("\x1b[1m\u00b5s\x1b[0m") == 2);
}

TEST_CASE("colour is for terminals, and takes no columns")
{
    Table table;
    table.column("name", Table::Align::kLeft);
    table.row({"percpu"});
    Style coloured = plain(80);
    coloured.colour = true;
    CHECK(table.render(plain(80)).find('\x1b') == std::string::npos);
    CHECK(table.render(coloured).find('\x1b') != std::string::npos);
    CHECK(widest(table.render(coloured)) == widest(table.render(plain(80))));
}

TEST_CASE("a histogram in which nothing was counted has no rows")
{
    Latency latency;
    latency.add_bucket(10, 0);
    CHECK(render_histogram_rows(latency, plain(80)).empty());
}
