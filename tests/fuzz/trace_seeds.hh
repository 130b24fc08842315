// SPDX-License-Identifier: GPL-2.0
// Recordings to begin with.
#pragma once

#include "seeds.hh"

std::vector<Seed> trace_seeds();
