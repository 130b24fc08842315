// SPDX-License-Identifier: GPL-2.0
#include "snapshot.hh"

#include "../glue/netlink.h"
#include "../glue/upcalls.h"
#include "../lab/memory.hh"
#include "attribute.hh"
#include "part.hh"
#include "service.hh"

namespace wqlab {

namespace {

// A part has 3.5 KiB or more (NLMSG_GOODSIZE).
constexpr uint32_t kChunkBytes = 3000;

// What a dump still has to say.
struct SnapshotDump {
    Snapshot snapshot;
    Box<MachineMessages> messages;
};

}  // namespace

MachineMessages::MachineMessages(const Snapshot& s)
    : snapshot_(s),
      // What others refer to comes first.
      pieces_{
          {WQLAB_A_SNAPSHOT_HEAD, &s.head, sizeof(s.head), 1},
          {WQLAB_A_SNAPSHOT_TROUBLE, s.troubles.rows().begin(), 0, s.troubles.rows().size()},
          {WQLAB_A_SNAPSHOT_STRINGS, s.strings.text().begin(), 1, s.strings.text().size()},
          {WQLAB_A_SNAPSHOT_MASKS, s.masks.words().begin(), sizeof(uint64_t), s.masks.words().size()},
#define WQLAB_TABLE(attribute, table) {attribute, s.table.begin(), sizeof(s.table[0]), s.table.size()}
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_SCOPES, scopes),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_PODS, pods),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_CPU_PODS, cpu_pods),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_NODES, nodes),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_POOLS, pools),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_WORKQUEUES, workqueues),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_PWQS, pwqs),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_CPU_PWQS, cpu_pwqs),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_NODE_ACTIVE, node_active),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_WORKERS, workers),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_WORKS, works),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_FLUSHERS, flushers),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_TIMERS, timers),
          WQLAB_TABLE(WQLAB_A_SNAPSHOT_HOGS, hogs),
#undef WQLAB_TABLE
      }
{
}

// How many rows go into the next message.
uint32_t MachineMessages::chunk() const
{
    const Piece& piece = pieces_[table_];
    const uint32_t left = piece.count - row_;
    if (piece.attribute == WQLAB_A_SNAPSHOT_TROUBLE)
        return 1;
    const uint32_t most = kChunkBytes / piece.size;
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

void MachineMessages::fill(Filler& message) const
{
    const Piece& piece = pieces_[table_];
    if (piece.attribute == WQLAB_A_SNAPSHOT_HEAD)
        message.u32(WQLAB_A_SNAPSHOT_SECTIONS, snapshot_.sections);
    if (piece.attribute == WQLAB_A_SNAPSHOT_TROUBLE) {
        char text[128];
        Text out(text);
        snapshot_.troubles.rows()[row_].describe(out);
        message.text(WQLAB_A_SNAPSHOT_TROUBLE, text);
        return;
    }
    message.bytes(piece.attribute, static_cast<const char*>(piece.bytes) + size_t{row_} * piece.size, chunk() * piece.size);
}

void MachineMessages::advance()
{
    row_ += chunk();
    while (table_ < kTables && row_ == pieces_[table_].count) {
        table_++;
        row_ = 0;
    }
}

}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_snapshot_start(genl_info* info, void** cursor)
{
    const nlattr* wanted = wqlab_nl_attribute(info, WQLAB_A_SNAPSHOT_SECTIONS);
    Result<Box<SnapshotDump>> created = Box<SnapshotDump>::create();
    if (!created.ok())
        return code(created.error());
    Box<SnapshotDump> dump = created.take();
    const Result<void> taken = dump->snapshot.take(
        Service::get().kernel(), wanted ? reinterpret_cast<const Attribute*>(wanted)->u32() : WQLAB_SECTIONS_ALL);
    if (!taken.ok())
        return code(taken.error());
    Result<Box<MachineMessages>> messages = Box<MachineMessages>::create(dump->snapshot);
    if (!messages.ok())
        return code(messages.error());
    dump->messages = messages.take();
    *cursor = dump.release();
    return 0;
}

// 1: the part is full and there is more; 0: all is said.
int wqlab_nl_snapshot_next(void* cursor, sk_buff* part, netlink_callback* cb)
{
    MachineMessages& messages = *static_cast<SnapshotDump*>(cursor)->messages;
    for (; !messages.finished(); messages.advance())
        if (!add_to_part(part, cb, WQLAB_CMD_SNAPSHOT, [&](Filler& filler) { messages.fill(filler); }))
            return 1;
    return 0;
}

void wqlab_nl_snapshot_done(void* cursor)
{
    Box<SnapshotDump>::adopt(static_cast<SnapshotDump*>(cursor));
}
