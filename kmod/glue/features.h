/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How kernels differ, told by what their headers say, never by a version:
 * distributions backport. Kbuild greps them and passes -DWQLAB_HAVE_...=0 or 1;
 * here is what each means. In linux/workqueue.h:
 *
 * WQLAB_HAVE_AFFINITY_SCOPES	6.6: unbound workqueues have pods by enum wq_affn_scope;
 *				before, by node
 * WQLAB_HAVE_BH		4cb1ef64609f ("workqueue: Implement BH workqueues to
 *				eventually replace tasklets", 6.9): WQ_BH
 * WQLAB_HAVE_SYSTEM_MAX_ACTIVE	5797b1c18919 ("workqueue: Implement system-wide nr_active
 *				enforcement for unbound workqueues", 6.9); before,
 *				max_active was each pool_workqueue's. Taken from
 *				WQ_DFL_MIN_ACTIVE, which it added
 * WQLAB_HAVE_DISABLE		6.10: disable_work() and its relatives; taken from the last
 *				of them, enable_and_queue_work()
 * WQLAB_HAVE_WQ_PERCPU		930c2ea566af ("workqueue: Add new WQ_PERCPU flag", 6.17,
 *				in late 6.12.y): the flag exists
 * WQLAB_HAVE_SYSTEM_PERCPU_WQ	128ea9f6ccfb ("workqueue: Add system_percpu_wq and
 *				system_dfl_wq", 6.17, in late 6.12.y)
 * WQLAB_HAVE_BH_PERCPU		6.18: WQ_BH allows WQ_PERCPU, and wants it later (7.x), when a
 *				workqueue that is neither WQ_PERCPU nor WQ_UNBOUND draws a
 *				warning; 6.12 refuses WQ_BH with it
 * WQLAB_HAVE_ORDERED_SYSFS	alloc_workqueue() takes WQ_SYSFS for an ordered workqueue;
 *				6.12 warns and returns NULL. No header shows it, so it is
 *				taken from system_dfl_long_wq, which came later
 * WQLAB_HAVE_SYSTEM_DFL_LONG_WQ 7.x
 * WQLAB_HAVE_CACHE_SHARD	7.1: the affinity scope cache_shard
 * WQLAB_HAVE_IS_MEM_RECLAIM	7.x: current_is_workqueue_mem_reclaim()
 * WQLAB_HAVE_DEVM		7.x: devm_alloc_workqueue()
 * WQLAB_HAVE_WORK_ON_CPU_SAFE	until 7.x: work_on_cpu_safe(); taken from the function with a
 *				lock class, because its inline for one CPU was left behind
 *
 * In net/genetlink.h, linux/netlink.h, linux/timer.h and linux/lockdep_types.h:
 *
 * WQLAB_HAVE_GENL_SPLIT_OPS	6.2: pre_doit() gets a struct genl_split_ops
 * WQLAB_HAVE_GENL_INFO_DUMP	6.6: a dump has a struct genl_info
 * WQLAB_HAVE_GENL_MCAST_FLAGS	cd4d7263d58a ("genetlink: Use internal flags for multicast
 *				groups", 6.8, in late 6.1.y and 6.6.y): groups have flags
 * WQLAB_HAVE_GENL_MCAST_SYS_ADMIN	before that, from 44ec98ea5ea9 on (6.7 and stable trees): a bit
 *				for groups of CAP_SYS_ADMIN
 * WQLAB_HAVE_TIMER_DELETE	6.2, in late 6.1.y: timer_delete_sync(), which was called
 *				del_timer_sync()
 * WQLAB_HAVE_EXTACK_BUFFER	6.2: an extack has room for a text of its own
 * WQLAB_HAVE_LOCKDEP_NO_TRACK	6.10: a lock class that lockdep does not track at all
 *
 * In trace/events/sched.h and trace/events/timer.h:
 *
 * WQLAB_HAVE_EXIT_GROUP_DEAD	7.x: sched_process_exit tells whether it is the last of its group
 * WQLAB_HAVE_TIMER_BUCKET_EXPIRY 6.4: timer_start has that in place of when it is due and the flags
 */
#ifndef WQLAB_FEATURES_H
#define WQLAB_FEATURES_H

#if !defined(WQLAB_HAVE_AFFINITY_SCOPES) || !defined(WQLAB_HAVE_BH) || \
	!defined(WQLAB_HAVE_SYSTEM_MAX_ACTIVE) || !defined(WQLAB_HAVE_DISABLE) || \
	!defined(WQLAB_HAVE_GENL_SPLIT_OPS) || !defined(WQLAB_HAVE_GENL_INFO_DUMP) || \
	!defined(WQLAB_HAVE_GENL_MCAST_FLAGS) || !defined(WQLAB_HAVE_GENL_MCAST_SYS_ADMIN) || \
	!defined(WQLAB_HAVE_TIMER_DELETE) || !defined(WQLAB_HAVE_EXTACK_BUFFER) || \
	!defined(WQLAB_HAVE_LOCKDEP_NO_TRACK) || \
	!defined(WQLAB_HAVE_WQ_PERCPU) || !defined(WQLAB_HAVE_SYSTEM_PERCPU_WQ) || \
	!defined(WQLAB_HAVE_BH_PERCPU) || !defined(WQLAB_HAVE_ORDERED_SYSFS) || \
	!defined(WQLAB_HAVE_SYSTEM_DFL_LONG_WQ) || !defined(WQLAB_HAVE_CACHE_SHARD) || \
	!defined(WQLAB_HAVE_IS_MEM_RECLAIM) || !defined(WQLAB_HAVE_DEVM) || \
	!defined(WQLAB_HAVE_WORK_ON_CPU_SAFE) || !defined(WQLAB_HAVE_EXIT_GROUP_DEAD) || \
	!defined(WQLAB_HAVE_TIMER_BUCKET_EXPIRY)
#error "Kbuild passes the features"
#endif

#ifndef CONFIG_64BIT
#error "records are words of 64 bits, which must be written whole"
#endif

#endif
