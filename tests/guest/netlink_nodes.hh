// SPDX-License-Identifier: GPL-2.0
// The attributes of a request as a tree, and trees at random that are as their shapes want them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/random.hh"
#include "shapes.hh"

using Octets = std::vector<uint8_t>;

// An attribute, or what pretends to be one.
struct Node {
    const Shape* shape;
    uint16_t type;  // with its flags
    Octets payload;
    std::vector<Node> children;
    int lie = 0;  // how much longer its header says it is
};
using Nodes = std::vector<Node>;

void append(Octets& to, const void* bytes, size_t size);
// To where the next header or attribute begins.
void pad(Octets& octets);
Octets octets_of(const Nodes& nodes);

Octets number(const Shape& shape, uint64_t value);

// One in two of those that may be there once, some of those that may be there several times. run: an id to name.
Nodes good_nodes(std::span<const Shape> shapes, wqlab::Random& random, uint32_t run);
// A request for a run that has a chance to be granted.
Nodes plain_run(std::span<const Shape> shapes, wqlab::Random& random);
// A request about this run, if it is about a run at all.
Nodes named(std::span<const Shape> shapes, uint32_t run);
// A request for a trace that is granted if nobody traces.
Nodes plain_trace(std::span<const Shape> shapes);
// A request for this check.
Nodes plain_check(std::span<const Shape> shapes);
std::string_view quick_check();
// Attributes that these know by names which no request has.
std::vector<std::string_view> unknown_names();
