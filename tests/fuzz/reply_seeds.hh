// SPDX-License-Identifier: GPL-2.0
// Answers of the module as they are meant to be.
#pragma once

#include <vector>

#include "fuzz/seeds.hh"

std::vector<Seed> reply_seeds();
