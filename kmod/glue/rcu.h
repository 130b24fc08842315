/* SPDX-License-Identifier: GPL-2.0 */
/* RCU, of which the API is macros and inlines. Any context. */
#ifndef WQLAB_GLUE_RCU_H
#define WQLAB_GLUE_RCU_H

#include "types.h"

WQLAB_BEGIN_C

void wqlab_rcu_read_lock(void);
void wqlab_rcu_read_unlock(void);
bool wqlab_rcu_is_counted(void);		/* CONFIG_PREEMPT_RCU: a task knows how deep it is */
uint64_t wqlab_rcu_cookie(void);		/* get_state_synchronize_rcu() */
bool wqlab_rcu_passed(uint64_t cookie);		/* poll_state_synchronize_rcu() */

WQLAB_END_C

#endif
