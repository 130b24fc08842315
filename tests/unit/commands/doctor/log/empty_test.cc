// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "klog/reader.hh"
#include "unit/args/parsed.hh"

using namespace wqctl;

TEST_CASE("of an empty log it is not said that nothing was found wrong")
{
    try {
        done({"doctor", "--log", "/dev/null"});
        FAIL("was taken");
    } catch (const Error& error) {
        CHECK(error.exit_code == kSkipped);
        CHECK_THAT(error.message, Catch::StartsWith("the log is empty"));
    }
    for (const auto& [text, lines] : {std::pair<const char*, uint64_t>{"-- No entries --\n", 0},
                                      {"-- No entries --", 0},
                                      {"usb 1-2: new device", 1},
                                      {"usb 1-2: new device\n-- No entries --\n", 2}}) {
        klog::LogReader reader;
        reader.take(text);
        CHECK(reader.finish().lines == lines);
    }
}
