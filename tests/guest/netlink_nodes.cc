// SPDX-License-Identifier: GPL-2.0
#include "netlink_nodes.hh"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <linux/netlink.h>

#include "recorder/shared_memory.hh"
#include "uapi/wqlab.h"

using wqlab::Random;

namespace {

// What would load the machine for long is not asked for; the bounds that the module states are tried from outside.
constexpr struct {
    std::string_view name;
    uint64_t most;
} kTame[] = {{"threads", 3},
             {"depth", 8},
             {"burst", 8},
             {"links", 20},
             {"size", 4096},
             {"time", 20'000},
             {"time_max", 20'000},
             {"delay", 1'000'000},
             {"items", 40},
             {"workqueue", 2},
             {"duration", 5'000'000},
             {"interval", 100'000},
             {"queue_on", 5},
             {"queue_node", 2},
             {"max_active", 64},
             {"cpus", 5},
             {"time_quantiles", 20'000}};

// What else is known by its name.
constexpr std::string_view kId = "id", kMemory = "memory", kSize = "size", kName = "name", kItems = "items",
                           kItem = "item", kTimeDist = "time_dist", kTimeQuantiles = "time_quantiles";

// A check, by its id, that is soon over and harms nobody.
constexpr std::string_view kQuickCheck = "flush.says-whether-it-waited";

// What a trace writes to.
const wqctl::SharedMemory& trace_memory()
{
    static const wqctl::SharedMemory kShared(4 << 20);
    return kShared;
}

uint64_t tame(const Shape& shape, uint64_t most)
{
    for (const auto& known : kTame)
        if (shape.name == known.name)
            return std::min(most, known.most);
    return most;
}

// As many numbers of an array, mostly none less than the one before.
Octets good_array(const Shape& shape, Random& random, uint32_t count)
{
    std::vector<uint64_t> values(count);
    for (uint64_t& value : values)
        value = random.next() % (tame(shape, ~0U) + 1);
    if (random.below(4))
        std::ranges::sort(values);
    Octets octets;
    for (const uint64_t value : values)
        append(octets, &value, shape.width);  // little-endian, as all our machines are
    return octets;
}

uint64_t good_number(const Shape& shape, Random& random, uint32_t run)
{
    const uint64_t most = tame(shape, shape.most);
    if (shape.kind == Kind::Flags)
        return random.below(3) ? 1ULL << random.below(12) & shape.most : random.next() & shape.most;
    if (shape.name == kId && random.below(3))
        return std::clamp<uint64_t>(run, shape.least, shape.most);
    if (shape.name == kMemory && random.below(4))
        return trace_memory().address();
    // That of a trace, not of an item.
    if (shape.name == kSize && shape.most == ~0ULL && random.below(4))
        return trace_memory().size();
    switch (random.below(4)) {
    case 0: return shape.least;
    case 1: return most;
    default: return shape.least + (most == ~0ULL ? random.next() : random.next() % (most - shape.least + 1));
    }
}

Octets text_of(std::string_view text)
{
    Octets octets(text.begin(), text.end());
    octets.push_back(0);
    return octets;
}

Octets good_text(const Shape& shape, Random& random)
{
    static constexpr std::string_view kWords[] = {"a",
                                                  "b",
                                                  "plain",
                                                  "system_wq",
                                                  "system_highpri_wq",
                                                  "system_unbound_wq",
                                                  "system_long_wq",
                                                  "system_bh_wq",
                                                  kQuickCheck,
                                                  "flush-returns-early",
                                                  "none"};
    std::string text(kWords[random.below(std::size(kWords))]);
    if (random.below(4) == 0) {
        text.clear();
        for (uint64_t left = random.next() % (shape.most + 1); left; left--)
            text += static_cast<char>(1 + random.below(255));
    }
    return text_of(std::string_view(text).substr(0, shape.most));
}

Node good_node(const Shape& shape, Random& random, uint32_t run)
{
    Node node{&shape, shape.type, {}, {}};
    switch (shape.kind) {
    case Kind::U32:
    case Kind::U64:
    case Kind::Flags: node.payload = number(shape, good_number(shape, random, run)); break;
    case Kind::String: node.payload = good_text(shape, random); break;
    case Kind::Binary: node.payload = good_array(shape, random, random.below(6)); break;
    case Kind::Flag: break;
    case Kind::Nest: node.type |= NLA_F_NESTED; node.children = good_nodes(shape.nested, random, run);
    }
    return node;
}

}  // namespace

void append(Octets& to, const void* bytes, size_t size)
{
    const auto* from = static_cast<const uint8_t*>(bytes);
    to.insert(to.end(), from, from + size);
}

void pad(Octets& octets) { octets.resize(NLMSG_ALIGN(octets.size())); }

Octets octets_of(const Nodes& nodes)
{
    Octets octets;
    for (const Node& node : nodes) {
        const Octets inner = node.shape->kind == Kind::Nest ? octets_of(node.children) : Octets();
        const Octets& payload = inner.empty() ? node.payload : inner;
        const nlattr header = {static_cast<uint16_t>(NLA_HDRLEN + payload.size() + static_cast<size_t>(node.lie)),
                               node.type};
        append(octets, &header, sizeof header);
        append(octets, payload.data(), payload.size());
        pad(octets);
    }
    return octets;
}

Octets number(const Shape& shape, uint64_t value)
{
    Octets octets;
    append(octets, &value, shape.width);
    return octets;
}

Nodes good_nodes(std::span<const Shape> shapes, Random& random, uint32_t run)
{
    Nodes nodes;
    for (const Shape& shape : shapes)
        for (uint32_t n = shape.multi ? random.below(4) : random.below(2); n; n--)
            nodes.push_back(good_node(shape, random, run));
    return nodes;
}

namespace {

Nodes plain_issuer(std::span<const Shape> shapes, Random& random)
{
    Nodes nodes;
    if (random.below(2))
        return nodes;
    for (const Shape& shape : shapes) {
        if (shape.name == kItem)
            nodes.push_back({&shape, shape.type, number(shape, WQLAB_BODY_SPIN), {}});
        else if (shape.name == kTimeDist)
            nodes.push_back({&shape, shape.type, number(shape, WQLAB_DIST_QUANTILES), {}});
        else if (shape.name == kTimeQuantiles)
            nodes.push_back({&shape, shape.type, good_array(shape, random, 2 + random.below(4)), {}});
    }
    return nodes;
}

void collect_names(std::span<const Shape> shapes, std::set<std::string_view>& names)
{
    for (const Shape& shape : shapes) {
        names.insert(shape.name);
        collect_names(shape.nested, names);
    }
}

}  // namespace

Nodes plain_run(std::span<const Shape> shapes, Random& random)
{
    Nodes nodes;
    for (const Shape& shape : shapes) {
        if (shape.name == kItems) {
            nodes.push_back({&shape, shape.type, number(shape, 1 + random.below(20)), {}});
        } else if (shape.kind == Kind::Nest) {
            nodes.push_back(
                {&shape, static_cast<uint16_t>(shape.type | NLA_F_NESTED), {}, plain_issuer(shape.nested, random)});
            for (const Shape& inner : shape.nested)
                if (inner.name == kName)
                    nodes.back().children.push_back({&inner, inner.type, {'f', 'u', 'z', 'z', 0}, {}});
        } else if (shape.kind == Kind::Flag && random.below(4) == 0) {
            nodes.push_back(good_node(shape, random, 1));
        }
    }
    return nodes;
}

Nodes named(std::span<const Shape> shapes, uint32_t run)
{
    Nodes nodes;
    for (const Shape& shape : shapes)
        if (shape.name == kId && shape.kind == Kind::U32)
            nodes.push_back({&shape, shape.type, number(shape, run), {}});
    return nodes;
}

Nodes plain_trace(std::span<const Shape> shapes)
{
    Nodes nodes;
    for (const Shape& shape : shapes) {
        if (shape.name == kMemory)
            nodes.push_back({&shape, shape.type, number(shape, trace_memory().address()), {}});
        else if (shape.name == kSize)
            nodes.push_back({&shape, shape.type, number(shape, trace_memory().size()), {}});
    }
    return nodes;
}

Nodes plain_check(std::span<const Shape> shapes)
{
    Nodes nodes;
    for (const Shape& shape : shapes)
        if (shape.name == kId)
            nodes.push_back({&shape, shape.type, text_of(kQuickCheck), {}});
    return nodes;
}

std::string_view quick_check() { return kQuickCheck; }

std::vector<std::string_view> unknown_names()
{
    std::set<std::string_view> names;
    for (const Request& request : requests())
        collect_names(request.attributes, names);
    std::vector<std::string_view> unknown = {kId, kMemory, kSize, kName, kItems, kItem, kTimeDist, kTimeQuantiles};
    for (const auto& known : kTame)
        unknown.push_back(known.name);
    std::erase_if(unknown, [&](std::string_view name) { return names.contains(name); });
    return unknown;
}
