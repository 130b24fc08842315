// SPDX-License-Identifier: GPL-2.0
// A module and a wqctl of different ages: rows that are longer or shorter than the reader's.
#include <catch2/catch.hpp>

#include "report/decode.hh"
#include "source/decode.hh"
#include "wire_maker.hh"

using namespace wqctl;

namespace {

// A row of another release: so many bytes, of which those that both know are the pool's.
template <typename T>
std::vector<std::byte> rows_of(const std::vector<T>& rows, size_t size)
{
    std::vector<std::byte> bytes(rows.size() * size, std::byte{0xa5});
    for (size_t i = 0; size && i < rows.size(); i++)
        std::memcpy(bytes.data() + i * size, &rows[i], std::min(size, sizeof(T)));
    return bytes;
}

wqlab_snap_pool pool_with(int32_t id, int32_t manager)
{
    wqlab_snap_pool pool{};
    pool.since_progress_ns = 1000 + static_cast<uint64_t>(id);
    pool.id = id;
    pool.manager = manager;  // the last member
    return pool;
}

Snapshot pools_of(size_t row_size, size_t cut = 0)
{
    const std::vector<std::byte> bytes = rows_of<wqlab_snap_pool>(
        {pool_with(1, 11), pool_with(2, 22), pool_with(3, 33)}, row_size);
    Wire wire;
    wire.value(WQLAB_A_SNAPSHOT_ROW_SIZE, static_cast<uint32_t>(row_size))
        .raw(WQLAB_A_SNAPSHOT_POOLS, bytes.data(), bytes.size() - cut);
    Snapshot snapshot;
    decode_part(Attributes(wire.bytes()), snapshot);
    return snapshot;
}

}  // namespace

TEST_CASE("of longer rows the rest is skipped")
{
    const Snapshot snapshot = pools_of(sizeof(wqlab_snap_pool) + 24);
    REQUIRE(snapshot.pools.size() == 3);
    for (int32_t id = 1; id <= 3; id++) {
        const wqlab_snap_pool& pool = snapshot.pools[static_cast<size_t>(id - 1)];
        CHECK(pool.id == id);
        CHECK(pool.since_progress_ns == 1000 + static_cast<uint64_t>(id));
        CHECK(pool.manager == 11 * id);
    }
}

TEST_CASE("what shorter rows lack is 0")
{
    const Snapshot snapshot = pools_of(offsetof(wqlab_snap_pool, manager));
    REQUIRE(snapshot.pools.size() == 3);
    for (int32_t id = 1; id <= 3; id++) {
        const wqlab_snap_pool& pool = snapshot.pools[static_cast<size_t>(id - 1)];
        CHECK(pool.id == id);
        CHECK(pool.since_progress_ns == 1000 + static_cast<uint64_t>(id));
        CHECK(pool.manager == 0);
    }
}

TEST_CASE("a row that is cut off is none, and rows of no size are none")
{
    CHECK(pools_of(sizeof(wqlab_snap_pool), 1).pools.size() == 2);
    CHECK(pools_of(sizeof(wqlab_snap_pool) + 24, sizeof(wqlab_snap_pool) + 24).pools.size() == 2);
    CHECK(pools_of(0).pools.empty());
    CHECK(pools_of(1).pools.empty());
    Snapshot snapshot;
    Wire wire;
    const wqlab_snap_pool pool = pool_with(1, 11);
    decode_part(
        Attributes(
            wire.value(WQLAB_A_SNAPSHOT_ROW_SIZE, UINT32_MAX).raw(WQLAB_A_SNAPSHOT_POOLS, &pool, sizeof pool).bytes()),
        snapshot);
    CHECK(snapshot.pools.empty());
}

TEST_CASE("a head of another length is read as far as both know it")
{
    wqlab_snap_head head{};
    head.time_ns = 5;
    head.hz = 250;
    head.flags = WQLAB_STATE_FREEZING;
    for (const size_t size : {offsetof(wqlab_snap_head, flags), sizeof head, sizeof head + 40}) {
        const std::vector<std::byte> bytes = rows_of<wqlab_snap_head>({head}, size);
        Snapshot snapshot;
        decode_part(Attributes(Wire().raw(WQLAB_A_SNAPSHOT_HEAD, bytes.data(), bytes.size()).bytes()), snapshot);
        CHECK(snapshot.head.time_ns == 5);
        CHECK(snapshot.head.hz == 250);
        CHECK(snapshot.head.flags == (size < sizeof head ? 0 : uint32_t{WQLAB_STATE_FREEZING}));
    }
}

TEST_CASE("the buckets of a histogram and the flows of a run have rows of any length, too")
{
    const std::vector<std::byte> buckets = rows_of<wqlab_bucket>({{7, 3, 0}, {8, 4, 0}}, sizeof(wqlab_bucket) + 8);
    Latency latency;
    Wire histogram;
    histogram.value(WQLAB_A_HISTOGRAM_ROW_SIZE, static_cast<uint32_t>(sizeof(wqlab_bucket) + 8))
        .raw(WQLAB_A_HISTOGRAM_BUCKETS, buckets.data(), buckets.size());
    decode_part(Attributes(histogram.bytes()), latency);
    REQUIRE(latency.buckets.size() == 2);
    CHECK(latency.buckets[0].count == 7);
    CHECK(latency.buckets[1].index == 4);

    const std::vector<std::byte> flows = rows_of<wqlab_flow>({{9, 1, 2}, {6, 2, 3}}, offsetof(wqlab_flow, to));
    Wire nest;
    nest.value(WQLAB_A_FLOWS_WQ, uint32_t{0})
        .value(WQLAB_A_FLOWS_ROW_SIZE, static_cast<uint32_t>(offsetof(wqlab_flow, to)))
        .raw(WQLAB_A_FLOWS_EXECUTED, flows.data(), flows.size());
    RunReport report;
    decode_part(Attributes(Wire().nest(WQLAB_A_RUN_FLOWS, nest).bytes()), report);
    REQUIRE(report.workqueues.size() == 1);
    REQUIRE(report.workqueues[0].flows.size() == 2);
    CHECK(report.workqueues[0].flows[1].count == 6);
    CHECK(report.workqueues[0].flows[1].from == 2);
    CHECK(report.workqueues[0].flows[1].to == 0);
}
