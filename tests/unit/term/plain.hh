// SPDX-License-Identifier: GPL-2.0
// Text for a terminal that has a width and no colour, and how wide it became.
#pragma once

#include <string>
#include <vector>

#include "term/style.hh"

wqctl::Style plain(unsigned width, wqctl::Charset charset = wqctl::Charset::kUtf8);

std::vector<std::string> lines_of(const std::string& text);

// The columns of the widest line.
size_t widest(const std::string& text);
