// SPDX-License-Identifier: GPL-2.0
// Files of the source tree, for tests that compare them with what the code says.
#pragma once

#include <string>

// The path of a file of the tree: in_tree("docs/schemas.md")
std::string in_tree(const std::string& path);
