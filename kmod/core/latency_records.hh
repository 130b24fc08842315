// SPDX-License-Identifier: GPL-2.0
// What became of items, by workqueue, function and CPU, in bounded memory.
#pragma once

#include "mix.hh"
#include "sparse_histogram.hh"

namespace wqlab {

struct LatencyKey {
    uint64_t workqueue;  // 0: not known
    uint64_t tag;        // what else tells it from others
    uint64_t function;
    uint32_t cpu;

    bool operator==(const LatencyKey&) const = default;
};

enum class Stage : unsigned { kInactive, kPending, kRun };

// Written by its CPU only, which nothing interrupts meanwhile.
class alignas(64) LatencyRecord {
public:
    static constexpr size_t kNameSize = 32;

    const LatencyKey& key() const { return key_; }
    const char* name() const { return name_; }
    const SparseHistogram& operator[](Stage stage) const { return stages_[static_cast<unsigned>(stage)]; }

    // All or nothing. False: there is no memory for it.
    bool add(uint64_t inactive, uint64_t pending, uint64_t run, HistogramCells& cells)
    {
        const uint64_t ns[] = {inactive, pending, run};
        uint32_t* buckets[3];
        for (unsigned i = 0; i < 3; i++)
            if (!(buckets[i] = stages_[i].bucket_for(ns[i], cells)))
                return false;
        for (unsigned i = 0; i < 3; i++)
            stages_[i].add(ns[i], *buckets[i]);
        return true;
    }

    // Of an item that nobody saw queued.
    bool add_run(uint64_t run, HistogramCells& cells)
    {
        SparseHistogram& stage = stages_[static_cast<unsigned>(Stage::kRun)];
        uint32_t* bucket = stage.bucket_for(run, cells);
        if (bucket)
            stage.add(run, *bucket);
        return bucket;
    }

private:
    friend class LatencyRecords;

    enum State : uint32_t { kFree, kClaimed, kReady };

    uint32_t state_ = kFree;
    LatencyKey key_ = {};
    char name_[kNameSize] = {};
    SparseHistogram stages_[3];
};

class LatencyRecords {
public:
    // Slots looked at for one key.
    static constexpr unsigned kProbes = 64;

    LatencyRecords() = default;
    // Zeroed; the number of records is a power of two.
    LatencyRecords(Span<LatencyRecord> records, Span<HistogramCell> cells) : records_(records), cells_(cells) {}

    // On the key's CPU, which nothing interrupts meanwhile. Of a new one,
    // name(its name's array) is called. nullptr: there is no room.
    template <typename Name>
    LatencyRecord* find(const LatencyKey& key, Name name)
    {
        uint64_t at = hash(key);
        for (unsigned i = 0; i < kProbes; at += ++i) {
            LatencyRecord& record = records_[at & (records_.size() - 1)];
            uint32_t state = __atomic_load_n(&record.state_, __ATOMIC_ACQUIRE);
            if (state == LatencyRecord::kFree &&
                __atomic_compare_exchange_n(&record.state_, &state, LatencyRecord::kClaimed, false, __ATOMIC_ACQUIRE,
                                            __ATOMIC_ACQUIRE)) {
                record.key_ = key;
                name(record.name_);
                __atomic_store_n(&record.state_, LatencyRecord::kReady, __ATOMIC_RELEASE);
                return &record;
            }
            // One that is being claimed is another CPU's, and so is its key. Who sees one ready sees its key and name.
            if (state == LatencyRecord::kReady && record.key_ == key)
                return &record;
        }
        return nullptr;
    }

    HistogramCells& cells() { return cells_; }
    const HistogramCells& cells() const { return cells_; }

    template <typename Visit>
    void for_each(Visit visit) const
    {
        for (const LatencyRecord& record : records_)
            if (__atomic_load_n(&record.state_, __ATOMIC_ACQUIRE) == LatencyRecord::kReady)
                visit(record);
    }

private:
    static uint64_t hash(const LatencyKey& key)
    {
        // Not the CPUs side by side: the rows of some items would be in each other's way.
        return mixed(key.workqueue ^ key.tag ^ (key.function << 1) ^ uint64_t{key.cpu} << 48);
    }

    Span<LatencyRecord> records_;
    HistogramCells cells_;
};

}  // namespace wqlab
