// SPDX-License-Identifier: GPL-2.0
#include <cerrno>

#include <catch2/catch.hpp>

#include "source/symbols/kallsyms_file.hh"

using namespace wqctl;

namespace {

constexpr std::string_view kText =
    "0000000000035a40 A timer_bases\n"
    "ffffffff81000000 T _text\n"
    "ffffffff810bc3e0 t __pfx_wq_barrier_func\n"
    "ffffffff810bc3f0 t wq_barrier_func\n"
    "ffffffff810bc500 T first_name\n"
    "ffffffff810bc500 T second_name\n"
    "ffffffff82a0e2a0 d workqueues\n"
    "ffffffff82a0e2f0 d wq_pool_mutex\n"
    "ffffffff82a0f000 b worker_pool_idr\n"
    "ffffffff82a0f100 b wq_pool_mutex\n"
    "ffffffffc0301000 t do_it\t[wqlab]\n"
    "ffffffffc0301010 t workqueues\t[other]\n"
    "ffffffff82b00000 R linux_banner\n";

void check(const KallsymsFile& symbols)
{
    CHECK(symbols.lines() == 13);
    CHECK_FALSE(symbols.hides_addresses());
    CHECK(symbols.address_of("workqueues") == 0xffffffff82a0e2a0);  // a module's of that name is another
    CHECK(symbols.address_of("worker_pool_idr") == 0xffffffff82a0f000);
    CHECK(symbols.address_of("timer_bases") == 0x35a40);
    CHECK(symbols.address_of("wq_barrier_func") == 0xffffffff810bc3f0);
    CHECK(symbols.address_of("linux_banner") == 0xffffffff82b00000);
    CHECK(symbols.address_of("wq_pool_mutex") == 0);  // two
    CHECK(symbols.address_of("first_name") == 0);     // nobody wants it by name
    CHECK(symbols.address_of("jiffies") == 0);
    CHECK(symbols.name_of(0xffffffff810bc3f0) == "wq_barrier_func");
    CHECK(symbols.name_of(0xffffffffc0301000) == "do_it [wqlab]");
    CHECK(symbols.name_of(0xffffffff810bc500) == "first_name");
    CHECK(symbols.name_of(0xffffffff810bc3e0).empty());
    CHECK(symbols.name_of(0xffffffff82a0e2a0).empty());
    CHECK(symbols.name_of(0xffffffff810bc3f1).empty());
}

}  // namespace

TEST_CASE("kallsyms is read in pieces of any length")
{
    for (size_t length = 1; length <= kText.size(); length += length < 70 ? 1 : 97) {
        INFO(length);
        KallsymsFile symbols;
        for (size_t at = 0; at < kText.size(); at += length)
            symbols.take(kText.substr(at, length));
        symbols.finish();
        check(symbols);
    }
}

TEST_CASE("kallsyms without its last line's end is read whole, and lines that are none are passed over")
{
    KallsymsFile symbols;
    symbols.take("\n \nffff\nffffffff81000000 t\nffffffff81000000 t \n");
    symbols.take(kText.substr(0, kText.size() - 1));
    symbols.finish();
    check(symbols);
}

TEST_CASE("kallsyms whose addresses are hidden says so")
{
    KallsymsFile symbols;
    CHECK_FALSE(symbols.hides_addresses());
    symbols.take("0000000000000000 T _text\n0000000000000000 d workqueues\n");
    symbols.finish();
    CHECK(symbols.hides_addresses());
    CHECK(symbols.read("/nonexistent") == ENOENT);
    CHECK(symbols.lines() == 0);
}
