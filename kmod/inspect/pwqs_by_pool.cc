// SPDX-License-Identifier: GPL-2.0
// The pool_workqueues of each pool side by side, by a counting sort.
#include "walk_state.hh"

namespace wqlab {

Result<void> sort_pwqs(WalkState& state)
{
    TRY(state.by_pool.reserve(state.pwqs.size()));
    state.by_pool.grow(state.pwqs.size());
    for (const PwqAt& pwq : state.pwqs)
        state.pools[pwq.pool].nr_pwqs++;
    uint32_t first = 0;
    for (PoolAt& pool : state.pools) {
        pool.first_pwq = first;
        first += pool.nr_pwqs;
        pool.nr_pwqs = 0;
    }
    for (uint32_t i = 0; i < state.pwqs.size(); i++) {
        PoolAt& pool = state.pools[state.pwqs[i].pool];
        state.by_pool[pool.first_pwq + pool.nr_pwqs++] = i;
    }
    return {};
}

}  // namespace wqlab
