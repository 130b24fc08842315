// SPDX-License-Identifier: GPL-2.0
/* C, because read sides are inlines, and its cookies differ by configuration. */
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "rcu.h"

void wqlab_rcu_read_lock(void)
	__acquires(RCU)
{
	rcu_read_lock();
}

void wqlab_rcu_read_unlock(void)
	__releases(RCU)
{
	rcu_read_unlock();
}

bool wqlab_rcu_is_counted(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RCU);
}

int wqlab_rcu_depth(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RCU) ? rcu_preempt_depth() : 0;
}

uint64_t wqlab_rcu_cookie(void)
{
	return get_state_synchronize_rcu();
}

bool wqlab_rcu_passed(uint64_t cookie)
{
	return poll_state_synchronize_rcu(cookie);
}

uintptr_t wqlab_rcu_get_and_free(size_t size)
{
	struct later {
		struct rcu_head rcu;
	} *later = kmalloc(max(size, sizeof(*later)), GFP_KERNEL);
	const uintptr_t address = (uintptr_t)later;

	if (later)
		kfree_rcu(later, rcu);
	return address;
}

void wqlab_rcu_barrier(void)
{
	rcu_barrier();
}
