// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/vmcore.hh"

#include "text/error.hh"

namespace wqctl {

std::unique_ptr<ReadKernel> open_vmcore(const VmcoreFiles& files)
{
    throw Error::usage(files.dump + " is no snapshot that wqctl dump --save wrote");
}

}  // namespace wqctl
