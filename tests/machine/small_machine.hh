// SPDX-License-Identifier: GPL-2.0
// The machine that tests and the fuzzer begin with.
#pragma once

#include "machine/machine.hh"

// A small machine with a bit of everything, on CPU 0's pool but for what is unbound.
struct SmallMachine : Machine {
    explicit SmallMachine(unsigned release = 612, unsigned cpus = 4, unsigned nodes = 1);

    std::vector<uint64_t> pools;  // one for each CPU
    uint64_t unbound_pool;
    uint64_t events, driver;  // a per-CPU and an unbound workqueue
    std::vector<uint64_t> events_pwqs;
    uint64_t driver_pwq;
    uint64_t idle, busy;           // workers of CPU 0
    uint64_t busy_task;            // pid 42
    uint64_t running, pending[2];  // works
    uint64_t barrier;              // behind pending[0]
    uint64_t inactive;             // of driver
    uint64_t delayed;
};
