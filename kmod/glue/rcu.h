/* SPDX-License-Identifier: GPL-2.0 */
/* RCU, of which the API is macros and inlines. Any context, but for the last. */
#ifndef WQLAB_GLUE_RCU_H
#define WQLAB_GLUE_RCU_H

#include "types.h"

WQLAB_BEGIN_C

void wqlab_rcu_read_lock(void);
void wqlab_rcu_read_unlock(void);
bool wqlab_rcu_is_counted(void);		/* CONFIG_PREEMPT_RCU: a task knows how deep it is */
int wqlab_rcu_depth(void);			/* current's; where it is not counted 0 */
uint64_t wqlab_rcu_cookie(void);		/* get_state_synchronize_rcu() */
bool wqlab_rcu_passed(uint64_t cookie);		/* poll_state_synchronize_rcu() */
/* Gets memory of kmalloc() and leaves it to kfree_rcu(). Where it was; 0: there was none. Sleeps. */
uintptr_t wqlab_rcu_get_and_free(size_t size);

/* Until all that was left to RCU with call_rcu() before has been called, on each CPU. Sleeps. */
void wqlab_rcu_barrier(void);

WQLAB_END_C

#endif
