// SPDX-License-Identifier: GPL-2.0
// A file with what wqctl prints with --json.
#pragma once

#include <string>

namespace wqctl {

// Its text, unpacked if it is gzip. Refuses what can't be read, is empty, or larger than any document's file.
std::string read_document_file(const std::string& path);

}  // namespace wqctl
