// SPDX-License-Identifier: GPL-2.0
#include "latency_snapshot.hh"

namespace wqlab {

// Word by word, each of them whole.
template <typename T>
static void copy_words(T& to, const T& from)
{
    static_assert(sizeof(T) % sizeof(uint64_t) == 0);
    const uint64_t* source = reinterpret_cast<const uint64_t*>(&from);
    uint64_t* target = reinterpret_cast<uint64_t*>(&to);
    for (size_t i = 0; i < sizeof(T) / sizeof(uint64_t); i++)
        target[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
}

Result<void> LatencySnapshot::take(const Recording& recording)
{
    const Recorder& recorder = recording.recorder();
    elapsed = recording.elapsed();
    memory = recorder.memory();
    tally = recorder.tally();
    population = recorder.population();

    uint32_t size = 0;
    recorder.records().for_each([&](const LatencyRecord&) { size++; });
    records = TRY(Array<LatencyRecord>::create(size));
    uint32_t copied = 0;
    recorder.records().for_each([&](const LatencyRecord& record) {
        if (copied < size)
            copy_words(records[copied++], record);
    });
    // After the records: they name no cell that was not taken by now.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    const uint32_t used = recorder.records().cells().used();
    cell_array_ = TRY(Array<HistogramCell>::create(used));
    for (uint32_t i = 0; i < used; i++)
        copy_words(cell_array_[i], recorder.cells()[i]);
    cells = HistogramCells({cell_array_.begin(), used});
    return {};
}

}  // namespace wqlab
