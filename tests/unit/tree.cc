// SPDX-License-Identifier: GPL-2.0
// The one file that knows where the tree is: of all others a compiler's cache has what another clone compiled.
#include "unit/tree.hh"

std::string in_tree(const std::string& path) { return std::string(WQLAB_SOURCE_DIR) + "/" + path; }
