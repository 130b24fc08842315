// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/report/fixtures.hh"
#include "text/cpu_list.hh"
#include "text/names.hh"
#include "text/nearest.hh"
#include "text/units.hh"

using namespace wqctl;

TEST_CASE("times are read")
{
    CHECK(parse_time("0") == 0);
    CHECK(parse_time("1ns") == 1);
    CHECK(parse_time("200us") == 200'000);
    CHECK(parse_time("200\u00b5s") == 200'000);
    CHECK(parse_time("0.1us") == 100);
    CHECK(parse_time("1.5ms") == 1'500'000);
    CHECK(parse_time("2s") == 2'000'000'000);
    CHECK(parse_time("1m") == 60'000'000'000);
    CHECK(parse_time("1h") == 3600'000'000'000);
    CHECK(parse_time("18446744073709551615ns") == UINT64_MAX);
}

TEST_CASE("what is no time is refused with what is right")
{
    CHECK(error_of([] { parse_time("5"); }) == "\"5\" lacks a unit; write 5ns, 5us, 5ms or 5s");
    for (const char* text : {"", "us", "-1us", "1d", "1 us", "1e3us", "1..2us", "0.5ns", "99999999999s", "1us2"})
        CHECK_THROWS(parse_time(text));
}

TEST_CASE("distributions of times are read")
{
    CHECK(parse_time_dist("10us") == TimeDist{WQLAB_DIST_FIXED, 10'000, 0});
    CHECK(parse_time_dist("10us..50us") == TimeDist{WQLAB_DIST_UNIFORM, 10'000, 50'000});
    CHECK(parse_time_dist("0..50us") == TimeDist{WQLAB_DIST_UNIFORM, 0, 50'000});
    CHECK(parse_time_dist("exp:10us") == TimeDist{WQLAB_DIST_EXPONENTIAL, 10'000, 0});
    CHECK(parse_time_dist("q:1us,1us,4us") == TimeDist{WQLAB_DIST_QUANTILES, 1'000, 4'000, {1'000, 1'000, 4'000}});
    CHECK(error_of([] { parse_time_dist("50us..10us"); }) == "\"50us..10us\" ends before it begins; write 10us..50us");
    for (const char* text :
         {"exp:", "..", "1us..", "..1us", "uni:1us", "1us...2us", "q:", "q:1us", "q:1us,", "q:2us,1us"})
        CHECK_THROWS(parse_time_dist(text));
}

TEST_CASE("exact times read back as they were")
{
    for (uint64_t ns :
         {0ull, 1ull, 999ull, 1000ull, 1500ull, 1'000'000ull, 1'234'567ull, 2'000'000'000ull, 90'000'000'000ull})
        CHECK(parse_time(exact_time(ns)) == ns);
    CHECK(exact_time(200'000) == "200us");
    for (const char* text : {"10us", "10us..50us", "exp:10us", "0..1s", "q:0,1us,1ms"})
        CHECK(exact_time_dist(parse_time_dist(text)) == text);
}

TEST_CASE("sizes, counts, rates and percentages are read")
{
    CHECK(parse_size("64") == 64);
    CHECK(parse_size("4K") == 4096);
    CHECK(parse_size("1MiB") == 1 << 20);
    CHECK(parse_size("0.5M") == 1 << 19);
    for (uint64_t bytes : {0ull, 64ull, 4096ull, 5000ull, 1ull << 20, 3ull << 30})
        CHECK(parse_size(exact_size(bytes)) == bytes);
    CHECK(parse_count("1000") == 1000);
    CHECK(parse_count("10k") == 10'000);
    CHECK(parse_count("2.5M") == 2'500'000);
    CHECK(parse_rate("2.5k") == 2500.0);
    CHECK(parse_rate("100/s") == 100.0);
    CHECK(parse_percent("20%") == 20);
    CHECK(parse_int("-20") == -20);
    CHECK_THROWS(parse_size("4Q"));
    CHECK_THROWS(parse_count("1.5"));
    CHECK_THROWS(parse_count("-1"));
    CHECK_THROWS(parse_count32("5G"));
    CHECK_THROWS(parse_rate("fast"));
    CHECK_THROWS(parse_percent("101"));
    CHECK_THROWS(parse_int("5.5"));
}

TEST_CASE("human forms have three digits and never more than 7 columns")
{
    CHECK(human_time(0, Charset::kAscii) == "0ns");
    CHECK(human_time(999, Charset::kAscii) == "999ns");
    CHECK(human_time(1000, Charset::kAscii) == "1.00us");
    CHECK(human_time(9'994, Charset::kAscii) == "9.99us");
    CHECK(human_time(9'996, Charset::kAscii) == "10.0us");
    CHECK(human_time(999'499, Charset::kAscii) == "999us");
    CHECK(human_time(999'600, Charset::kAscii) == "1.00ms");
    CHECK(human_time(1'500'000'000, Charset::kUtf8) == "1.50s");
    CHECK(human_count(0) == "0");
    CHECK(human_count(42) == "42");
    CHECK(human_count(1234) == "1.23k");
    CHECK(human_count(999'999) == "1.00M");
    CHECK(grouped(1) == "1");
    CHECK(grouped(1234567) == "1,234,567");
    for (uint64_t ns = 1; ns < 1'000'000'000'000; ns = ns * 13 / 10 + 1)
        CHECK(human_time(ns, Charset::kAscii).size() <= 7);
}

TEST_CASE("CPU lists are read in their order, and written")
{
    CHECK(parse_cpu_list("0-3,8") == CpuList{0, 1, 2, 3, 8});
    CHECK(parse_cpu_list("5") == CpuList{5});
    CHECK(parse_cpu_list("3,1") == CpuList{3, 1});
    for (const char* text : {"0", "0-3", "0-3,8", "3,1", "0,2,4-5"})
        CHECK(format_cpu_list(parse_cpu_list(text)) == text);
    for (const char* text : {"", ",", "1,", "a", "3-1", "1-", "-1", "0-99999999"})
        CHECK_THROWS(parse_cpu_list(text));
}

TEST_CASE("CPU masks are those of the kernel")
{
    CHECK(format_cpu_mask({0, 1, 2, 3}) == "f");
    CHECK(format_cpu_mask({0, 32}) == "1,00000001");
    CHECK(format_cpu_mask({}) == "0");
    CHECK(parse_cpu_mask("00000001,0000000f") == CpuList{0, 1, 2, 3, 32});
    CHECK(parse_cpu_mask(format_cpu_mask({1, 33, 70})) == CpuList{1, 33, 70});
    CHECK_THROWS(parse_cpu_mask("xyz"));
}

TEST_CASE("the nearest word is found")
{
    CHECK(edit_distance("scope", "scpoe") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(did_you_mean("unbnd", {"unbound", "highpri"}) == "; did you mean \"unbound\"?");
    CHECK(did_you_mean("max-active", {"max_active", "depth"}) == "; did you mean \"max_active\"?");
    CHECK(did_you_mean("xyzzy", {"unbound", "highpri"}).empty());
}

TEST_CASE("flags are called as they are or as the kernel does")
{
    CHECK(parse_flag_list("unbound,highpri") == (WQLAB_WQ_UNBOUND | WQLAB_WQ_HIGHPRI));
    CHECK(parse_flag_list("WQ_BH|WQ_HIGHPRI") == (WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI));
    CHECK(error_of([] { parse_flag("hipri"); }) == "there is no workqueue flag \"hipri\"; did you mean \"highpri\"?");
    uint32_t all = 0;
    for (const FlagName& flag : flag_names()) {
        CHECK(parse_flag(flag.name) == flag.flag);
        all |= flag.flag;
    }
    CHECK(all == WQLAB_WQ_FLAGS_ALL);
}

TEST_CASE("system workqueues have a long and a short name")
{
    CHECK(full_system_name("highpri") == "system_highpri_wq");
    CHECK(full_system_name("system_highpri_wq") == "system_highpri_wq");
    CHECK(full_system_name("system") == "system_wq");
    CHECK(full_system_name("system_wq") == "system_wq");
    CHECK(short_system_name("system_wq") == "system");
    CHECK(short_system_name("system_bh_highpri_wq") == "bh_highpri");
}
