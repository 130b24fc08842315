// SPDX-License-Identifier: GPL-2.0
// The flattened format: a dump that was written into a pipe, as records that say
// where in the file they belong. makedumpfile -F and QEMU's kdump-* write it.
#pragma once

#include <memory>

#include "source/vmcore/byte_file.hh"

namespace wqctl {

bool is_flattened(const ByteFile& file);

// The file that the records make. Whole: the record that ends them was there.
struct Reassembled {
    std::unique_ptr<ByteFile> file;
    bool whole;
};
Reassembled reassemble(std::unique_ptr<ByteFile> flat);

}  // namespace wqctl
