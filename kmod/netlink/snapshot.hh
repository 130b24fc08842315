// SPDX-License-Identifier: GPL-2.0
// A snapshot of the machine as a sequence of messages: one chunk of one table
// in each, small enough for the smallest part of a dump.
#pragma once

#include "../inspect/snapshot.hh"
#include "../uapi/wqlab_lists.h"
#include "message.hh"

namespace wqlab {

class SnapshotMessages {
public:
    explicit SnapshotMessages(const Snapshot& snapshot);

    bool finished() const { return piece_ == kPieces; }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message) const;
    void advance();

private:
    struct Piece {
        int attribute;
        const void* bytes;
        uint32_t size;   // of a row
        uint32_t count;  // of rows
        bool is_table;   // its rows say how long they are
    };
#define WQLAB_COUNT(attribute, table, row) +1
    // Head, troubles, strings, masks, and the tables.
    static constexpr uint32_t kPieces = 4 WQLAB_SNAPSHOT_TABLES(WQLAB_COUNT);
#undef WQLAB_COUNT

    uint32_t chunk() const;

    const Snapshot& snapshot_;
    Piece pieces_[kPieces];
    uint32_t piece_ = 0;
    uint32_t row_ = 0;
};

}  // namespace wqlab
