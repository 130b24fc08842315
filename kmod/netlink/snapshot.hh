// SPDX-License-Identifier: GPL-2.0
// A machine's snapshot as a sequence of messages: one chunk of one table in
// each, small enough for the smallest part of a dump.
#pragma once

#include "../inspect/snapshot.hh"
#include "message.hh"

namespace wqlab {

class MachineMessages {
public:
    explicit MachineMessages(const Snapshot& snapshot);

    bool finished() const { return table_ == kTables; }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message) const;
    void advance();

private:
    struct Piece {
        int attribute;
        const void* bytes;
        uint32_t size;   // of a row
        uint32_t count;  // of rows
    };
    static constexpr uint32_t kTables = 18;

    uint32_t chunk() const;

    const Snapshot& snapshot_;
    Piece pieces_[kTables];
    uint32_t table_ = 0;
    uint32_t row_ = 0;
};

}  // namespace wqlab
