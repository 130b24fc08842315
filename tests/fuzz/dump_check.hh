// SPDX-License-Identifier: GPL-2.0
// A dump, damaged as an input says, and whether what is seen in it makes sense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/seeds.hh"

// The input is a dump's number and a list of edits, three words each: what is
// done, where, and with what. Empty if the dump was refused with an error, or
// what could be seen of it refers to nothing that is not there.
std::string nonsense_in_dump(const uint8_t* data, size_t size);

std::vector<Seed> dump_seeds();
