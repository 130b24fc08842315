// SPDX-License-Identifier: GPL-2.0
#include "actor.hh"

#include "../../glue/context.h"
#include "trial.hh"

namespace wqlab {

void Actor::begin()
{
    const wqlab_context context = wqlab_current();
    pid_ = context.pid;
    __atomic_store_n(&began_, true, __ATOMIC_RELEASE);
    trial_.changed();
}

void Actor::end()
{
    ticket_ = trial_.ticket();
    __atomic_store_n(&done_, true, __ATOMIC_RELEASE);
    trial_.changed();
}

}  // namespace wqlab
