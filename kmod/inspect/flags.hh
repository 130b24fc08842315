// SPDX-License-Identifier: GPL-2.0
// The kernel's flags as the wire's, whatever bits this kernel has them in.
#pragma once

#include "kernel.hh"

namespace wqlab {

struct FlagPair {
    Field kernel;
    uint32_t wire;
};

inline constexpr FlagPair kPoolFlags[] = {
    {Field::kPoolBh, WQLAB_POOL_BH},
    {Field::kPoolManagerActive, WQLAB_POOL_MANAGER_ACTIVE},
    {Field::kPoolDisassociated, WQLAB_POOL_DISASSOCIATED},
    {Field::kPoolBhDraining, WQLAB_POOL_BH_DRAINING},
};

inline constexpr FlagPair kWorkerFlags[] = {
    {Field::kWorkerDie, WQLAB_WORKER_DIE},
    {Field::kWorkerIdle, WQLAB_WORKER_IDLE},
    {Field::kWorkerPrep, WQLAB_WORKER_PREP},
    {Field::kWorkerCpuIntensive, WQLAB_WORKER_CPU_INTENSIVE},
    {Field::kWorkerUnbound, WQLAB_WORKER_UNBOUND},
    {Field::kWorkerRebound, WQLAB_WORKER_REBOUND},
};

inline constexpr FlagPair kWorkqueueFlags[] = {
    {Field::kFlagBh, WQLAB_WQ_BH},
    {Field::kFlagUnbound, WQLAB_WQ_UNBOUND},
    {Field::kFlagFreezable, WQLAB_WQ_FREEZABLE},
    {Field::kFlagMemReclaim, WQLAB_WQ_MEM_RECLAIM},
    {Field::kFlagHighpri, WQLAB_WQ_HIGHPRI},
    {Field::kFlagCpuIntensive, WQLAB_WQ_CPU_INTENSIVE},
    {Field::kFlagSysfs, WQLAB_WQ_SYSFS},
    {Field::kFlagPowerEfficient, WQLAB_WQ_POWER_EFFICIENT},
    {Field::kFlagPercpu, WQLAB_WQ_PERCPU},
    {Field::kFlagOrdered, WQLAB_WQ_ORDERED},
    {Field::kFlagDestroying, WQLAB_SNAP_WQ_DESTROYING},
    {Field::kFlagDraining, WQLAB_SNAP_WQ_DRAINING},
    {Field::kFlagLegacy, WQLAB_SNAP_WQ_LEGACY},
    {Field::kFlagDeprecated, WQLAB_SNAP_WQ_DEPRECATED},
};

template <size_t N>
uint32_t translate(const Kernel& kernel, const FlagPair (&flags)[N], uint32_t raw)
{
    uint32_t wire = 0;
    for (const FlagPair& flag : flags)
        if (raw & kernel.constant(flag.kernel))
            wire |= flag.wire;
    return wire;
}

}  // namespace wqlab
