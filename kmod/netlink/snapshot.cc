// SPDX-License-Identifier: GPL-2.0
#include "snapshot.hh"

#include "../glue/netlink/upcalls.h"
#include "dump.hh"
#include "service.hh"

namespace wqlab {

SnapshotMessages::SnapshotMessages(const Snapshot& s)
    : snapshot_(s),
      // What others refer to comes first.
      pieces_{{WQLAB_A_SNAPSHOT_HEAD, &s.head, sizeof(s.head), 1, false},
              {WQLAB_A_SNAPSHOT_TROUBLE, s.troubles.rows().begin(), 0, s.troubles.rows().size(), false},
              {WQLAB_A_SNAPSHOT_STRINGS, s.strings.text().begin(), 1, s.strings.text().size(), false},
              {WQLAB_A_SNAPSHOT_MASKS, s.masks.words().begin(), sizeof(uint64_t), s.masks.words().size(), false},
#define WQLAB_PIECE(attribute, table, row) {attribute, s.table.begin(), sizeof(row), s.table.size(), true},
              WQLAB_SNAPSHOT_TABLES(WQLAB_PIECE)
#undef WQLAB_PIECE
      }
{
}

// How many rows go into the next message.
uint32_t SnapshotMessages::chunk() const
{
    constexpr uint32_t kBytes = 3000;
    const Piece& piece = pieces_[piece_];
    const uint32_t left = piece.count - row_;
    if (piece.attribute == WQLAB_A_SNAPSHOT_TROUBLE)
        return 1;
    const uint32_t most = kBytes / piece.size;
    if (left <= most)
        return left;
    if (piece.attribute != WQLAB_A_SNAPSHOT_STRINGS)
        return most;
    // Whole strings, none of which is as long as a chunk.
    const char* text = static_cast<const char*>(piece.bytes) + row_;
    uint32_t size = most;
    while (text[size - 1])
        size--;
    return size;
}

void SnapshotMessages::fill(Filler& message) const
{
    const Piece& piece = pieces_[piece_];
    if (piece.attribute == WQLAB_A_SNAPSHOT_HEAD)
        message.u32(WQLAB_A_SNAPSHOT_SECTIONS, snapshot_.sections);
    if (piece.attribute == WQLAB_A_SNAPSHOT_TROUBLE) {
        char text[128];
        Text out(text);
        snapshot_.troubles.rows()[row_].describe(out);
        message.string(WQLAB_A_SNAPSHOT_TROUBLE, text);
        return;
    }
    if (piece.is_table)
        message.u32(WQLAB_A_SNAPSHOT_ROW_SIZE, piece.size);
    message.bytes(piece.attribute, static_cast<const char*>(piece.bytes) + size_t{row_} * piece.size,
                  size_t{chunk()} * piece.size);
}

void SnapshotMessages::advance()
{
    row_ += chunk();
    while (piece_ < kPieces && row_ == pieces_[piece_].count) {
        piece_++;
        row_ = 0;
    }
}

namespace {

class SnapshotDump {
public:
    static constexpr uint8_t kCommand = WQLAB_CMD_SNAPSHOT;
    static constexpr int kPad = 0;

    int take(genl_info* info)
    {
        const Attribute* wanted = find(info, WQLAB_A_SNAPSHOT_SECTIONS);
        const Result<void> taken = snapshot_.take(Service::get().kernel(),
                                                  wanted ? wanted->u32() : uint32_t{WQLAB_SECTIONS_ALL});
        if (!taken.ok() && taken.error() == Errno::kBusy)
            return refuse(info, kNoAttribute, Errno::kBusy,
                          "somebody holds wq_pool_mutex and does not let go; --source kcore needs no lock");
        if (!taken.ok())
            return refuse(info, taken.error());
        Result<Box<SnapshotMessages>> messages = Box<SnapshotMessages>::create(snapshot_);
        if (!messages.ok())
            return refuse(info, messages.error());
        messages_ = messages.take();
        return 0;
    }
    bool finished() const { return messages_->finished(); }
    void fill(Filler& message) const { messages_->fill(message); }
    void advance() { messages_->advance(); }

private:
    Snapshot snapshot_;
    Box<SnapshotMessages> messages_;
};

}  // namespace
}  // namespace wqlab

WQLAB_DUMP(snapshot, wqlab::SnapshotDump)
