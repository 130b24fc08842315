// SPDX-License-Identifier: GPL-2.0
#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <span>
#include <vector>

#include "recorder/spool.hh"
#include "unit/recorder/temporary.hh"

using namespace wqctl;

TEST_CASE("records wait by CPU, first in, first out, in memory and in a file", "[recorder]")
{
    constexpr size_t kEach = Spool::kBlock, kBytes = kEach * sizeof(wqlab_trace_record);
    // None, some and all of them fit in memory.
    for (const size_t blocks : {size_t{0}, size_t{3}, size_t{20}}) {
        Spool spool(2, blocks * kBytes + 1);
        size_t put = 0;
        std::vector<wqlab_trace_record> records(10 * kEach);
        for (size_t i = 0; i < records.size(); i++)
            records[i].stamp = i;
        const std::span all(records);
        for (size_t i = 0; i < 10; i++)
            CHECK(spool.put(0, all.subspan(i * kEach, kEach), put));
        CHECK(put == kEach);
        CHECK(spool.put(1, all.first(3), put));
        CHECK(spool.put(0, all.first(5), put));
        spool.hand_over();
        spool.receive();
        for (uint64_t i = 0; i < 10 * kEach + 5; i++, spool.pop(0))
            REQUIRE(spool.front(0).stamp == i % (10 * kEach));
        for (uint64_t i = 0; i < 3; i++, spool.pop(1))
            CHECK(spool.front(1).stamp == i);
        const uint64_t in_file = spool.in_file();
        CHECK(in_file == (blocks == 0 ? 10 * kEach + 8 : blocks == 3 ? 7 * kEach + 8 : 0));
        // Memory that was given back holds what comes next.
        spool.receive();
        spool.hand_over();
        CHECK(spool.put(1, all.first(3), put));
        CHECK(spool.in_file() == in_file + (blocks ? 0 : 3));
        CHECK(spool.trouble().empty());
    }
}

TEST_CASE("what does not fit in memory goes into the file, and neither thread sees what the other has not handed over",
          "[recorder]")
{
    Spool spool(1, Spool::kBlock * sizeof(wqlab_trace_record));
    std::vector<wqlab_trace_record> records(3 * Spool::kBlock);
    for (size_t i = 0; i < records.size(); i++)
        records[i].stamp = i;
    size_t put = 0;
    CHECK(spool.put(0, records, put));
    CHECK(put == records.size());
    CHECK(spool.in_file() == 2 * Spool::kBlock);
    spool.hand_over();
    spool.receive();
    for (uint64_t i = 0; i < records.size(); i++, spool.pop(0))
        REQUIRE(spool.front(0).stamp == i);
}

TEST_CASE("what comes one by one takes no more memory than what comes together", "[recorder]")
{
    Spool spool(2, 2 * Spool::kBlock * sizeof(wqlab_trace_record));
    std::array<wqlab_trace_record, 1> one{};
    size_t put = 0;
    for (uint64_t i = 0; i < Spool::kBlock; i++) {
        one[0].stamp = i;
        CHECK(spool.put(0, one, put));
        CHECK(spool.put(1, one, put));
        spool.hand_over();
        // It is taken while the block is being filled.
        if (i % 2)
            continue;
        spool.receive();
        CHECK(spool.front(1).stamp == i / 2);
        spool.pop(1);
    }
    CHECK(spool.in_file() == 0);
    spool.receive();
    for (uint64_t i = 0; i < Spool::kBlock; i++, spool.pop(0))
        REQUIRE(spool.front(0).stamp == i);
    for (uint64_t i = Spool::kBlock / 2; i < Spool::kBlock; i++, spool.pop(1))
        REQUIRE(spool.front(1).stamp == i);
    // Both blocks are free again.
    for (int i = 0; i < 2; i++) {
        spool.receive();
        spool.hand_over();
    }
    for (uint64_t i = 0; i < 2 * Spool::kBlock; i++)
        CHECK(spool.put(0, one, put));
    CHECK(spool.in_file() == 0);
}

TEST_CASE("where no file can be made, that is said, and records stay where they are", "[recorder]")
{
    const std::array<wqlab_trace_record, 1> one{};
    std::optional<NoTemporaryFiles> none(std::in_place);
    Spool spool(1, 0);
    size_t put = 1;
    CHECK_FALSE(spool.put(0, one, put));
    CHECK(put == 0);
    CHECK_THAT(spool.trouble(), Catch::Contains("/proc/nowhere: No such file"));
    none.reset();
    CHECK(spool.put(0, one, put));
}
