// SPDX-License-Identifier: GPL-2.0
// A recording as it was at one moment.
#pragma once

#include "recording.hh"

namespace wqlab {

struct LatencySnapshot {
    // Sleeps; while it records, items go on and are in it or not.
    Result<void> take(const Recording& recording);

    uint64_t elapsed = 0;
    uint64_t memory = 0;
    Tally tally;
    InFlight::Population population = {};
    Array<LatencyRecord> records;
    HistogramCells cells;  // of the records

private:
    Array<HistogramCell> cell_array_;
};

}  // namespace wqlab
