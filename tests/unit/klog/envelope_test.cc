// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "klog/envelope.hh"
#include "klog/lines.hh"

using namespace wqctl;

namespace {

std::vector<LogLine> lines_of(std::string_view text, size_t piece = 4096)
{
    std::vector<LogLine> lines;
    LogLines reader([&](LogLine&& line) { lines.push_back(std::move(line)); });
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        reader.take(text.substr(0, piece));
    reader.finish();
    return lines;
}

}  // namespace

TEST_CASE("a message is found behind whatever stands before it")
{
    const std::string raw = GENERATE(as<std::string>(),                                             //
                                     "pwq 6: cpus=1",                                               //
                                     "[  843.900160]   pwq 6: cpus=1",                              //
                                     "[  843.900160][  T123]   pwq 6: cpus=1",                      //
                                     "[  843.900160] [    C1]   pwq 6: cpus=1",                     //
                                     "<6>[  843.900160]   pwq 6: cpus=1",                           //
                                     "<6>pwq 6: cpus=1",                                            //
                                     "[Sat Nov 28 13:17:39 2026]   pwq 6: cpus=1",                  //
                                     "[<    0.000012>]   pwq 6: cpus=1",                            //
                                     "[  843.900160 <    0.000012>] pwq 6: cpus=1",                 //
                                     "kern  :info  : [  843.900160]   pwq 6: cpus=1",               //
                                     "Nov 28 13:17:39 box kernel:   pwq 6: cpus=1",                 //
                                     "Nov  8 13:17:39 box kernel: [  843.900160]   pwq 6: cpus=1",  //
                                     "2026-11-28T13:17:39.123456+01:00 box kernel: pwq 6: cpus=1",  //
                                     "2026-11-28T13:17:39+0000 box kernel[0]: pwq 6: cpus=1",       //
                                     "2026-11-28 13:17:39 [  843.900160] pwq 6: cpus=1",            //
                                     "[  843.900160] box kernel: pwq 6: cpus=1",                    //
                                     "6,1234,843900160,-;  pwq 6: cpus=1",                          //
                                     "6,1234,843900160,-,caller=T12;  pwq 6: cpus=1",               //
                                     "> > [  843.900160]   pwq 6: cpus=1",                          //
                                     ">> [  843.900160] \t pwq 6: cpus=1",                          //
                                     "\t[  843.900160] \xc2\xa0pwq 6: cpus=1\r",                    //
                                     "\033[32m[  843.900160] \033[0m  pwq 6: cpus=1",               //
                                     "13:17:39.123 [  843.900160] pwq 6: cpus=1");
    INFO(raw);
    CHECK(open_envelope(raw, 7).text == "pwq 6: cpus=1");
    CHECK(open_envelope(raw, 7).number == 7);
}

TEST_CASE("the kernel's time is kept, and the caller")
{
    const LogLine line = open_envelope("[  843.900160][  T123] text", 1);
    REQUIRE(line.time);
    CHECK(line.time->seconds == Approx(843.90016));
    CHECK_FALSE(line.time->is_date);
    CHECK(line.caller == "T123");
    CHECK(line.is_stamped);
    CHECK(open_envelope("6,1,843900160,-;text", 1).time == line.time);
    CHECK_FALSE(open_envelope("text", 1).time);
    CHECK_FALSE(open_envelope("text", 1).is_stamped);
}

TEST_CASE("from one stamp to the next it is as long as the calendar says, also across midnight and New Year")
{
    const auto [first, second, seconds] = GENERATE(table<const char*, const char*, double>({
        {"[   12.500000] ", "[90012.500000] ", 90'000},
        {"[Sat Nov 28 23:59:59 2026] ", "[Sun Nov 29 00:00:01 2026] ", 2},
        {"[Sat Feb 28 23:59:59 2026] ", "[Sun Mar  1 00:00:01 2026] ", 2},
        {"2026-04-30T23:59:59 box kernel: ", "2026-05-01T00:00:01 box kernel: ", 2},
        {"Dec 31 23:59:59 box kernel: ", "Jan  1 00:00:01 box kernel: ", 2},
        {"[23:59:59] ", "[00:00:01] ", 2},
        {"Nov 28 13:17:39 box kernel: ", "Nov 30 13:17:39 box kernel: ", 172'800},
        {"[   12.500000] ", "[Sat Nov 28 23:59:59 2026] ", 0},
    }));
    INFO(first << second);
    CHECK(seconds_between(open_envelope(std::string(first) + "text", 1).time,
                          open_envelope(std::string(second) + "text", 2).time) == Approx(seconds));
}

TEST_CASE("a date is none of the kernel's times, and gives way to it")
{
    const std::string date = GENERATE(as<std::string>(), "Nov 28 13:17:39 box kernel: ", "[Sat Nov 28 13:17:39 2026] ",
                                      "2026-11-28T13:17:39.123456+01:00 box kernel: ", "[13:17:39] ", "[Nov28 13:17] ");
    INFO(date);
    REQUIRE(open_envelope(date + "text", 1).time);
    CHECK(open_envelope(date + "text", 1).time->is_date);
    CHECK(open_envelope(date + "[  843.900160] text", 1).time == Stamp{843.90016, false});
}

TEST_CASE("of `dmesg -e` the minute counts, and what passed since the line before")
{
    const auto lines = lines_of("[Nov28 13:17] a\n[  +0.500000] b\n[  +2.000000] c\n[Nov28 13:19] d\n");
    REQUIRE(lines.size() == 4);
    CHECK(lines[2].time->seconds - lines[0].time->seconds == Approx(2.5));
    CHECK(lines[3].time->seconds - lines[0].time->seconds == Approx(120));
    CHECK(lines[2].time->is_date);
}

TEST_CASE("what only looks like an envelope stays")
{
    CHECK(open_envelope("[module] text", 1).text == "[module] text");
    CHECK(open_envelope("[T] text", 1).text == "[T] text");
    CHECK(open_envelope("User kernelling: text", 1).text == "User kernelling: text");
    CHECK(open_envelope("", 1).text.empty());
}

TEST_CASE("what a mail has folded is one line, and its numbers are those of the file")
{
    const auto lines = lines_of("one\npwq 4: cpus=3D2 active=\n=3D64/64\nlast=20\n");
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].text == "pwq 4: cpus=2 active=64/64");
    CHECK(lines[1].number == 2);
    CHECK(lines[2].text == "last");
    CHECK(lines[2].number == 4);
    // Where nothing is quoted, "=20" is a value, and "=" the end of a message unless mails fold there.
    CHECK(lines_of("active=20\n")[0].text == "active=20");
    CHECK(lines_of("Kernel command line: quiet init=\npwq 4: cpus=2\n").size() == 2);
    CHECK(lines_of(std::string(75, 'x') + "=\nyz\n").size() == 1);
}

TEST_CASE("lines that two consoles print are one, those that share a line are two")
{
    CHECK(lines_of("[ 1.000000] a\n[ 1.000000] a\n[ 1.000000] b\n").size() == 2);
    CHECK(lines_of("[ 1.000000] a\n[ 2.000000] a\n").size() == 2);
    const auto lines = lines_of("[    1.000000] pending: foo[    1.000001] usb 1-2: bar\n");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].text == "pending: foo");
    CHECK(lines[1].text == "usb 1-2: bar");
}

TEST_CASE("entries of the journal are messages")
{
    const auto lines = lines_of(
        "{\"MESSAGE\":\"pwq 6: cpus=1\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"843900160\"}\n"
        "{\"MESSAGE\":[112,119,113]}\n{ no entry }\n");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].text == "pwq 6: cpus=1");
    CHECK(lines[0].time->seconds == Approx(843.90016));
    CHECK(lines[1].text == "pwq");
    CHECK(lines[2].text == "{ no entry }");
}

TEST_CASE("it does not matter where the pieces of a log end")
{
    const std::string text = "[    1.000000] one\n[    2.000000] two\nthree";
    for (size_t piece = 1; piece < text.size(); piece++) {
        const auto lines = lines_of(text, piece);
        REQUIRE(lines.size() == 3);
        CHECK(lines[1].text == "two");
        CHECK(lines[2].text == "three");
    }
}
