// SPDX-License-Identifier: GPL-2.0
#include "netlink_damage.hh"

#include <functional>
#include <utility>

#include <linux/netlink.h>

using wqlab::Random;

namespace {

void collect(Nodes& nodes, std::vector<Node*>& all)
{
    for (Node& node : nodes) {
        all.push_back(&node);
        collect(node.children, all);
    }
}

// One of the nodes for which this holds, at any depth; or none.
Node* pick(Nodes& nodes, Random& random, const std::function<bool(const Node&)>& holds)
{
    std::vector<Node*> all;
    collect(nodes, all);
    std::erase_if(all, [&](const Node* node) { return !holds(*node); });
    return all.empty() ? nullptr : all[random.below(static_cast<uint32_t>(all.size()))];
}

bool anything(const Node&) { return true; }

bool is_number(const Shape& shape)
{
    return shape.kind == Kind::U32 || shape.kind == Kind::U64 || shape.kind == Kind::Flags;
}

bool out_of_range(Nodes& nodes, Random& random)
{
    const auto widest = [](const Shape& shape) { return shape.width == 8 ? ~0ULL : ~0U; };
    Node* node = pick(nodes, random, [&](const Node& n) {
        return is_number(*n.shape) && (n.shape->least > 0 || n.shape->most < widest(*n.shape));
    });
    if (!node)
        return false;
    const Shape& shape = *node->shape;
    if (shape.least && random.below(2))
        node->payload = number(shape, random.below(2) ? 0 : shape.least - 1);
    else if (shape.most < widest(shape))
        node->payload = number(shape, random.below(2) ? shape.most + 1 : widest(shape));
    else
        node->payload = number(shape, 0);
    return true;
}

bool wrong_length(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, [](const Node& n) { return n.shape->kind != Kind::Nest; });
    if (!node)
        return false;
    const Shape& shape = *node->shape;
    if (is_number(shape)) {
        size_t size = random.below(17);
        size += size == shape.width;
        node->payload.resize(size);
    } else if (shape.kind == Kind::Flag) {
        node->payload.resize(1 + random.below(9));
    } else if (shape.kind == Kind::String && random.below(2)) {
        node->payload.assign(1 + random.below(static_cast<uint32_t>(shape.most)), 'x');  // and no NUL
    } else {
        node->payload.assign(shape.most + 2 + random.below(500), 'x');
        node->payload.back() = 0;
    }
    return true;
}

bool unknown_type(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, anything);
    if (!node)
        return false;
    const uint32_t type = random.below(8) ? 100 + random.below(NLA_TYPE_MASK - 100) : 0;
    node->type = static_cast<uint16_t>((node->type & NLA_F_NESTED) | type);
    return true;
}

bool wrong_nesting(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, anything);
    if (node)
        node->type ^= NLA_F_NESTED;
    return node;
}

bool byte_order(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, anything);
    if (node)
        node->type ^= NLA_F_NET_BYTEORDER;
    return node;
}

// The list that a node may be in, at any depth.
Nodes* a_list(Nodes& nodes, Random& random)
{
    Node* nest = pick(nodes, random, [](const Node& n) { return !n.children.empty(); });
    return nest && random.below(2) ? &nest->children : &nodes;
}

bool doubled(Nodes& nodes, Random& random)
{
    Nodes* list = a_list(nodes, random);
    if (list->empty())
        return false;
    const Node copy = (*list)[random.below(static_cast<uint32_t>(list->size()))];
    // Some, or so many that what counts them must give up.
    for (uint32_t n = random.below(8) ? 1 + random.below(3) : 200; n; n--)
        list->insert(list->begin() + random.below(static_cast<uint32_t>(list->size()) + 1), copy);
    return true;
}

bool missing(Nodes& nodes, Random& random)
{
    Nodes* list = a_list(nodes, random);
    if (list->empty())
        return false;
    list->erase(list->begin() + random.below(static_cast<uint32_t>(list->size())));
    return true;
}

bool disordered(Nodes& nodes, Random& random)
{
    Nodes* list = a_list(nodes, random);
    for (size_t i = list->size(); i > 1; i--)
        std::swap((*list)[i - 1], (*list)[random.below(static_cast<uint32_t>(i))]);
    return list->size() > 1;
}

bool foreign(Nodes& nodes, Random& random)
{
    const Request& other = requests()[random.below(static_cast<uint32_t>(requests().size()))];
    for (const Node& node : good_nodes(other.attributes, random, 1))
        a_list(nodes, random)->push_back(node);
    return !other.attributes.empty();
}

bool lying_length(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, anything);
    if (!node)
        return false;
    // Shorter than its own header, a bit longer or shorter, or beyond the end of all.
    const int lies[] = {-NLA_HDRLEN, -1 - static_cast<int>(random.below(8)), 1 + static_cast<int>(random.below(8)),
                        static_cast<int>(random.below(60000))};
    node->lie = lies[random.below(4)];
    return true;
}

bool deep(Nodes& nodes, Random& random)
{
    Node* nest = pick(nodes, random, [](const Node& n) { return n.shape->kind == Kind::Nest; });
    if (!nest)
        return false;
    for (uint32_t n = 1 + random.below(40); n; n--) {
        Node outer{nest->shape, nest->type, {}, {*nest}};
        *nest = std::move(outer);
    }
    return true;
}

bool noise(Nodes& nodes, Random& random)
{
    Node* node = pick(nodes, random, anything);
    if (!node)
        return false;
    node->children.clear();
    node->payload.resize(random.below(80));
    for (uint8_t& octet : node->payload)
        octet = static_cast<uint8_t>(random.next());
    return true;
}

constexpr Damage kDamages[] = {
    {"out of range", true, out_of_range}, {"wrong length", true, wrong_length},
    {"unknown type", true, unknown_type}, {"wrong nesting", true, wrong_nesting},
    {"byte order", false, byte_order},    {"doubled", false, doubled},
    {"missing", false, missing},          {"disordered", false, disordered},
    {"foreign", false, foreign},          {"lying length", false, lying_length},
    {"nested deeply", false, deep},       {"noise", false, noise},
};

}  // namespace

std::span<const Damage> damages() { return kDamages; }
