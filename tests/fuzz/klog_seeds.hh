// SPDX-License-Identifier: GPL-2.0
// Kernel logs to begin with.
#pragma once

#include "seeds.hh"

std::vector<Seed> klog_seeds();
