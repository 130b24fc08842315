// SPDX-License-Identifier: GPL-2.0
// The fuzzers' way into the readers of dumps: libFuzzer's, and driver.cc's.
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

#include "dump_check.hh"

namespace {

// What a damaged file says may not make a gigabyte of it. (With sanitizers, which map terabytes, this is not to be
// had.)
bool bound_memory()
{
#ifndef __SANITIZE_ADDRESS__
    const rlimit limit{uint64_t{1} << 30, uint64_t{1} << 30};
    setrlimit(RLIMIT_AS, &limit);
#endif
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const bool kBounded = bound_memory();
    const std::string nonsense = nonsense_in_dump(data, size);
    if (!kBounded || !nonsense.empty()) {
        std::fprintf(stderr, "nonsense: %s\n", nonsense.c_str());
        std::abort();
    }
    return 0;
}
