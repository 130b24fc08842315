// SPDX-License-Identifier: GPL-2.0
// A machine of bytes, damaged as an input says, and whether its snapshot makes sense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/seeds.hh"

// The input is a list of edits, three words each: what is done, where, and with what.
// Empty if the walkers answered with an error or with a snapshot whose numbers
// all refer to something; else what is wrong. That they read more than the
// machine is worth is wrong, too: it is how a long loop shows on any host.
std::string nonsense_in_machine(const uint8_t* data, size_t size);

std::vector<Seed> machine_seeds();

namespace wqlab {
struct Snapshot;
}
// What is wrong with a snapshot, wherever it comes from: the first number in it that refers to nothing.
std::string nonsense_in_snapshot(const wqlab::Snapshot& snapshot);
