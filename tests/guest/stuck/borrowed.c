// SPDX-License-Identifier: GPL-2.0
/* States that take what the kernel gives no module: found by name. */
#include <linux/cpufeature.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/percpu-rwsem.h>

#include "stuck.h"

/* With IBT, calling what nobody in the kernel calls through a pointer is a fault. */
static bool is_call_tracked(void)
{
#ifdef CONFIG_X86
	return cpu_feature_enabled(X86_FEATURE_IBT);
#else
	return false;
#endif
}

static void *symbol(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*look_up)(const char *name);

	if (is_call_tracked() || register_kprobe(&probe))
		return NULL;
	look_up = (void *)probe.addr;
	unregister_kprobe(&probe);
	return (void *)look_up(name);
}

/* As a suspend does, and no task is frozen. One item is at work already, and keeps it from being done. */
int stuck_make_frozen(struct stuck *stuck)
{
	void (*freeze)(void);
	int error = stuck_make_wq(stuck, 0, WQ_FREEZABLE | STUCK_BOUND, 0) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);

	freeze = symbol("freeze_workqueues_begin");
	if (error || !freeze)
		return error ?: -ENOSYS;
	freeze();
	stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
	return 0;
}

void stuck_undo_frozen(struct stuck *stuck)
{
	void (*thaw)(void);

	thaw = symbol("thaw_workqueues");
	if (thaw)
		thaw();
}

/*
 * Nobody can be forked, so kthreadd sleeps in the fork of the worker that a
 * manager asks for. Nobody can exit either, so this ends by itself when whoever
 * made it can't end it, after longer than a test waits for anything.
 */
#define LONGEST_WITHOUT_FORK (180 * HZ)

static int keep_from_forking(void *data)
{
	struct stuck *stuck = data;
	struct percpu_rw_semaphore *forks = symbol("cgroup_threadgroup_rwsem");

	percpu_down_write(forks);
	complete(&stuck->done);
	wait_event_idle_timeout(stuck->gate, READ_ONCE(stuck->is_open), LONGEST_WITHOUT_FORK);
	percpu_up_write(forks);
	wait_event_idle(stuck->gate, kthread_should_stop());
	return 0;
}

static int without_workers(struct stuck *stuck, uint flags)
{
	struct task_struct *helper;

	if (!symbol("cgroup_threadgroup_rwsem"))
		return -ENOSYS;
	if (stuck_make_wq(stuck, 0, STUCK_BOUND | flags, 0))
		return -ENOMEM;
	helper = kthread_run(keep_from_forking, stuck, "stuck_no_fork");
	if (IS_ERR(helper))
		return PTR_ERR(helper);
	stuck->helper = helper;
	if (!wait_for_completion_timeout(&stuck->done, STUCK_PATIENCE))
		return -ETIMEDOUT;
	/* More than there are workers. */
	stuck_queue(stuck, stuck->wq[0], 0, 9, stuck_sleeper_func);
	return 0;
}

int stuck_make_no_worker(struct stuck *stuck)
{
	return without_workers(stuck, 0);
}

int stuck_make_rescued(struct stuck *stuck)
{
	return without_workers(stuck, WQ_MEM_RECLAIM);
}
