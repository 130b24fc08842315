// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes and constants of the target kernel that C++ needs, measured by the
 * target's own compiler and configuration. Compiled to assembly only; Kbuild
 * turns it into layout.h, as the kernel makes asm-offsets.h.
 */
#include <linux/completion.h>
#include <linux/kbuild.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

int main(void)
{
	DEFINE(WQLAB_SIZEOF_WORK, sizeof(struct work_struct));
	DEFINE(WQLAB_SIZEOF_DELAYED_WORK, sizeof(struct delayed_work));
	DEFINE(WQLAB_SIZEOF_RCU_WORK, sizeof(struct rcu_work));
	DEFINE(WQLAB_SIZEOF_EXECUTE_WORK, sizeof(struct execute_work));
	DEFINE(WQLAB_SIZEOF_MUTEX, sizeof(struct mutex));
	/* Nothing without lockdep; C++ knows no type of size 0. */
	DEFINE(WQLAB_SIZEOF_LOCK_CLASS, max(sizeof(struct lock_class_key), 1UL));
	DEFINE(WQLAB_SIZEOF_COMPLETION, sizeof(struct completion));
	DEFINE(WQLAB_WORK_CPU_UNBOUND, WORK_CPU_UNBOUND);

	/* What work_struct->data means. */
	DEFINE(WQLAB_OFFSET_WORK_DATA, offsetof(struct work_struct, data));
	DEFINE(WQLAB_OFFSET_WORK_FUNCTION, offsetof(struct work_struct, func));
	DEFINE(WQLAB_WORK_IS_PENDING, WORK_STRUCT_PENDING);
	DEFINE(WQLAB_WORK_HAS_PWQ, WORK_STRUCT_PWQ);
	DEFINE(WQLAB_WORK_POOL_SHIFT, WORK_OFFQ_POOL_SHIFT);
	DEFINE(WQLAB_WORK_NO_POOL, WORK_OFFQ_POOL_NONE);

	/* A work function finds its item where the work is. */
	BUILD_BUG_ON(offsetof(struct delayed_work, work));
	BUILD_BUG_ON(offsetof(struct rcu_work, work));
	return 0;
}
