// SPDX-License-Identifier: GPL-2.0
// kmod/core's records of latencies: histograms without empty parts, by key.
#include <catch2/catch.hpp>

#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "core/latency_records.hh"

using namespace wqlab;

namespace {

template <typename T>
Span<T> span(std::vector<T>& elements)
{
    return {elements.data(), elements.size()};
}

struct Records {
    explicit Records(size_t n, size_t n_cells = 1000) : slots(n), cells(n_cells), table(span(slots), span(cells)) {}

    LatencyRecord* find(const LatencyKey& key, const char* name = "events")
    {
        return table.find(key, [&](char(&to)[LatencyRecord::kNameSize]) {
            named++;
            std::strcpy(to, name);
        });
    }

    std::vector<LatencyRecord> slots;
    std::vector<HistogramCell> cells;
    LatencyRecords table;
    int named = 0;
};

}  // namespace

TEST_CASE("a sparse histogram counts as a whole one does")
{
    using Geometry = HistogramGeometry;
    std::mt19937_64 random(1);
    std::vector<HistogramCell> memory(100);
    HistogramCells cells(span(memory));
    SparseHistogram sparse;
    const auto whole = std::make_unique<Histogram>();
    CHECK(sparse.min() == 0);
    CHECK(cells.used() == 0);
    for (int i = 0; i < 20'000; i++) {
        const uint64_t ns = random() >> (random() % 64);
        uint32_t* bucket = sparse.bucket_for(ns, cells);
        REQUIRE(bucket);
        sparse.add(ns, *bucket);
        whole->add(ns);
    }
    CHECK(sparse.count() == 20'000);
    CHECK(sparse.sum() == whole->sum());
    CHECK(sparse.min() == whole->min());
    CHECK(sparse.max() == whole->max());
    for (unsigned i = 0; i < Geometry::kBuckets; i++)
        REQUIRE(sparse.bucket(i, cells) == whole->bucket(i));
    CHECK(cells.used() == Geometry::kBuckets / Geometry::kSubBuckets);
}

TEST_CASE("a bucket stands still rather than beginning again")
{
    std::vector<HistogramCell> memory(1);
    HistogramCells cells(span(memory));
    SparseHistogram sparse;
    uint32_t* bucket = sparse.bucket_for(5, cells);
    REQUIRE(bucket);
    *bucket = UINT32_MAX - 1;
    for (int i = 0; i < 3; i++)
        sparse.add(5, *bucket);
    CHECK(sparse.bucket(5, cells) == UINT32_MAX);
    CHECK(sparse.count() == 3);
}

TEST_CASE("an item whose histograms have no memory left is not recorded by halves")
{
    Records records(16, 4);
    LatencyRecord* record = records.find({1, 0, 2, 0});
    REQUIRE(record);
    HistogramCells& cells = records.table.cells();
    CHECK(record->add(1, 100, 10'000, cells));
    CHECK(record->add(2, 110, 10'100, cells));
    CHECK_FALSE(record->add(1'000'000, 10'000'000, 1, cells));
    CHECK_FALSE(record->add_run(100'000'000, cells));
    for (const Stage stage : {Stage::kInactive, Stage::kPending, Stage::kRun})
        CHECK((*record)[stage].count() == 2);
    CHECK(cells.used() == 4);
    CHECK(cells.take() == 0);
    CHECK(record->add_run(10'000, cells));
    CHECK((*record)[Stage::kRun].count() == 3);
}

TEST_CASE("a key finds its record again, and only its own")
{
    Records records(64);
    const LatencyKey keys[] = {{1, 1, 1, 0}, {1, 1, 1, 1}, {1, 2, 1, 0}, {2, 1, 1, 0}, {1, 1, 2, 0}, {0, 0, 1, 0}};
    std::set<LatencyRecord*> found;
    for (const LatencyKey& key : keys)
        found.insert(records.find(key));
    CHECK(found.size() == std::size(keys));
    CHECK(records.named == 6);
    for (const LatencyKey& key : keys) {
        const LatencyRecord* record = records.find(key, "other");
        CHECK(found.count(const_cast<LatencyRecord*>(record)) == 1);
        CHECK(record->key() == key);
        CHECK(record->name() == std::string("events"));
    }
    size_t visited = 0;
    records.table.for_each([&](const LatencyRecord&) { visited++; });
    CHECK(visited == 6);
}

TEST_CASE("a full table of keys refuses new ones and keeps the old")
{
    Records records(16);
    for (uint64_t i = 0; i < 16; i++)
        CHECK(records.find({i + 1, 0, 1, 0}));
    CHECK_FALSE(records.find({100, 0, 1, 0}));
    CHECK(records.find({7, 0, 1, 0}));
}

TEST_CASE("in a table that is three quarters full nothing is lost, whatever the number of CPUs")
{
    for (const uint32_t cpus : {1u, 8u, 64u, 256u}) {
        Records records(4096, 1);
        std::mt19937_64 random(cpus);
        for (uint32_t i = 0; i < 3072 / cpus; i++) {
            const uint64_t workqueue = 0xffff888000000000 + random() % (1ull << 31) * 8;
            for (uint32_t cpu = 0; cpu < cpus; cpu++)
                REQUIRE(records.find({workqueue, 0, 0xffffffff81000000 + 16 * i, cpu}));
        }
        CHECK(records.named == static_cast<int>(3072 / cpus * cpus));
    }
}

TEST_CASE("CPUs claim records side by side")
{
    Records records(1024, 1);
    std::vector<std::thread> threads;
    for (uint32_t cpu = 0; cpu < 4; cpu++)
        threads.emplace_back([&records, cpu] {
            for (int round = 0; round < 50; round++)
                for (uint64_t wq = 1; wq <= 200; wq++)
                    records.table.find({wq, 0, 3, cpu}, [](char(&name)[LatencyRecord::kNameSize]) { name[0] = 'x'; });
        });
    for (std::thread& thread : threads)
        thread.join();
    std::set<std::pair<uint64_t, uint32_t>> keys;
    size_t visited = 0;
    records.table.for_each([&](const LatencyRecord& record) {
        visited++;
        keys.emplace(record.key().workqueue, record.key().cpu);
    });
    CHECK(visited == 800);
    CHECK(keys.size() == 800);
}
