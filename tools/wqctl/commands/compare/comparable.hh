// SPDX-License-Identifier: GPL-2.0
// Whether figures of several documents are of the same thing.
#pragma once

#include <string>
#include <vector>

#include "commands/compare/document.hh"

namespace wqctl {

// Refuses, with the key that differs, unless that is among those to be ignored.
void check_comparable(const std::vector<Document>& a, const std::vector<Document>& b,
                      const std::vector<std::string>& ignored);

// Where each document has one row, it is the same one, whatever it is called.
void match_single_rows(std::vector<Document>& a, std::vector<Document>& b);

}  // namespace wqctl
