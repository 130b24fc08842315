// SPDX-License-Identifier: GPL-2.0
// The fuzzers' way into the walkers: libFuzzer's, and driver.cc's.
#include <cstdio>
#include <cstdlib>

#include "machine_check.hh"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string nonsense = nonsense_in_machine(data, size);
    if (!nonsense.empty()) {
        std::fprintf(stderr, "nonsense: %s\n", nonsense.c_str());
        std::abort();
    }
    return 0;
}
