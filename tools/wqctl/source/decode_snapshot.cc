// SPDX-License-Identifier: GPL-2.0
#include "source/decode.hh"

namespace wqctl {

namespace {

template <typename T>
void append(std::vector<T>& table, const Attributes& attributes, unsigned type)
{
    const std::vector<T> chunk = attributes.array<T>(type);
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
        strings.push_back(std::move(text));
        text.clear();
    }
}

}  // namespace

void decode_part(const Attributes& a, Snapshot& snapshot)
{
    if (a.find(WQLAB_A_SNAPSHOT_SECTIONS))
        snapshot.sections = a.u32(WQLAB_A_SNAPSHOT_SECTIONS);
    if (const auto head = a.array<wqlab_snap_head>(WQLAB_A_SNAPSHOT_HEAD); !head.empty())
        snapshot.head = head.front();
    if (a.find(WQLAB_A_SNAPSHOT_TROUBLE))
        snapshot.troubles.push_back(a.string(WQLAB_A_SNAPSHOT_TROUBLE));
    append_strings(snapshot.strings, a);
    append(snapshot.mask_words, a, WQLAB_A_SNAPSHOT_MASKS);
    append(snapshot.scopes, a, WQLAB_A_SNAPSHOT_SCOPES);
    append(snapshot.pods, a, WQLAB_A_SNAPSHOT_PODS);
    append(snapshot.cpu_pods, a, WQLAB_A_SNAPSHOT_CPU_PODS);
    append(snapshot.nodes, a, WQLAB_A_SNAPSHOT_NODES);
    append(snapshot.pools, a, WQLAB_A_SNAPSHOT_POOLS);
    append(snapshot.workqueues, a, WQLAB_A_SNAPSHOT_WORKQUEUES);
    append(snapshot.pwqs, a, WQLAB_A_SNAPSHOT_PWQS);
    append(snapshot.cpu_pwqs, a, WQLAB_A_SNAPSHOT_CPU_PWQS);
    append(snapshot.node_active, a, WQLAB_A_SNAPSHOT_NODE_ACTIVE);
    append(snapshot.workers, a, WQLAB_A_SNAPSHOT_WORKERS);
    append(snapshot.works, a, WQLAB_A_SNAPSHOT_WORKS);
    append(snapshot.flushers, a, WQLAB_A_SNAPSHOT_FLUSHERS);
    append(snapshot.timers, a, WQLAB_A_SNAPSHOT_TIMERS);
    append(snapshot.hogs, a, WQLAB_A_SNAPSHOT_HOGS);
}

}  // namespace wqctl
