// SPDX-License-Identifier: GPL-2.0
#include "source/decode.hh"

#include "text/printable.hh"
#include "uapi/wqlab_lists.h"

namespace wqctl {

namespace {

template <typename T>
void append(std::vector<T>& table, const std::vector<T>& chunk)
{
    table.insert(table.end(), chunk.begin(), chunk.end());
}

void append_strings(std::vector<std::string>& strings, const Attributes& attributes)
{
    const Attribute* attribute = attributes.find(WQLAB_A_SNAPSHOT_STRINGS);
    if (!attribute)
        return;
    std::string text;
    for (const std::byte byte : attribute->payload) {
        if (byte != std::byte{0}) {
            text += static_cast<char>(byte);
            continue;
        }
        strings.push_back(one_line(text));
        text.clear();
    }
}

}  // namespace

void decode_part(const Attributes& a, Snapshot& snapshot)
{
    if (a.find(WQLAB_A_SNAPSHOT_SECTIONS))
        snapshot.sections = a.u32(WQLAB_A_SNAPSHOT_SECTIONS);
    if (const auto head = a.row<wqlab_snap_head>(WQLAB_A_SNAPSHOT_HEAD))
        snapshot.head = *head;
    if (a.find(WQLAB_A_SNAPSHOT_TROUBLE))
        snapshot.troubles.push_back(a.string(WQLAB_A_SNAPSHOT_TROUBLE));
    append_strings(snapshot.strings, a);
    append(snapshot.mask_words, a.array<uint64_t>(WQLAB_A_SNAPSHOT_MASKS));
#define WQCTL_DECODE(attribute, table, row) append(snapshot.table, a.rows<row>(attribute, WQLAB_A_SNAPSHOT_ROW_SIZE));
    WQLAB_SNAPSHOT_TABLES(WQCTL_DECODE)
#undef WQCTL_DECODE
}

}  // namespace wqctl
