// SPDX-License-Identifier: GPL-2.0
// For posix_spawn(): what wqctl ignores, its children must not, for most programs end only by SIGPIPE when nobody reads
// what they write.
#pragma once

#include <csignal>

#include <spawn.h>

namespace wqctl {

class SpawnSignals {
public:
    SpawnSignals()
    {
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSignals() { posix_spawnattr_destroy(&attributes_); }
    SpawnSignals(const SpawnSignals&) = delete;
    SpawnSignals& operator=(const SpawnSignals&) = delete;

    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

}  // namespace wqctl
