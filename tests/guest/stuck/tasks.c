// SPDX-License-Identifier: GPL-2.0
/* States in which a task that is no worker waits for items. */
#include <linux/kthread.h>
#include <linux/sched.h>

#include "stuck.h"

static int run_helper(struct stuck *stuck, int (*func)(void *stuck), const char *name)
{
	struct task_struct *helper = kthread_run(func, stuck, STUCK_PREFIX "%s", name);

	if (IS_ERR(helper))
		return PTR_ERR(helper);
	stuck->helper = helper;
	return 0;
}

int stuck_until(bool (*is_so)(struct task_struct *task), struct task_struct *task)
{
	const unsigned long end = jiffies + STUCK_PATIENCE;

	while (!is_so(task)) {
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		schedule_timeout_idle(1);
	}
	return 0;
}

void stuck_undo_helper(struct stuck *stuck)
{
	if (stuck->helper)
		kthread_stop(stuck->helper);
}

static int until_stopped(struct stuck *stuck)
{
	wait_event_idle(stuck->gate, kthread_should_stop());
	return 0;
}

/* While an item sleeps. */
static int sleeper_and_helper(struct stuck *stuck, int (*func)(void *stuck), const char *name)
{
	return stuck_make_wq(stuck, 0, STUCK_BOUND, 0) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func) ?: run_helper(stuck, func, name);
}

static int flush_first(void *data)
{
	struct stuck *stuck = data;

	flush_work(&stuck->items[0].work);
	return until_stopped(stuck);
}

int stuck_make_flushed(struct stuck *stuck)
{
	return sleeper_and_helper(stuck, flush_first, "flusher");
}

static int drain(void *data)
{
	struct stuck *stuck = data;

	drain_workqueue(stuck->wq[0]);
	return until_stopped(stuck);
}

int stuck_make_drained(struct stuck *stuck)
{
	return sleeper_and_helper(stuck, drain, "drainer");
}

static int destroy(void *data)
{
	struct stuck *stuck = data;

	destroy_workqueue(stuck->wq[0]);
	stuck->wq[0] = NULL;
	return until_stopped(stuck);
}

int stuck_make_destroyed(struct stuck *stuck)
{
	return sleeper_and_helper(stuck, destroy, "destroyer");
}

/* Who flushes them has what items need to end. A semaphore has no owner: the end can give it back in his place. */
static int flush_before_up(void *data)
{
	struct stuck *stuck = data;

	flush_workqueue(stuck->wq[0]);
	up(&stuck->semaphore);
	return until_stopped(stuck);
}

int stuck_make_semaphore(struct stuck *stuck)
{
	down(&stuck->semaphore);
	return stuck_make_full(stuck, stuck_semaphore_func, 4, stuck_victim_func) ?:
	       run_helper(stuck, flush_before_up, "flusher");
}

void stuck_undo_semaphore(struct stuck *stuck)
{
	up(&stuck->semaphore);
	stuck_undo_helper(stuck);
}

/*
 * An item is flushed while max_active holds it back, and is cancelled: its
 * barrier goes to the worklist, and kernels without a fix wake nobody for it.
 */
static int flush_second(void *data)
{
	struct stuck *stuck = data;

	flush_work(&stuck->items[1].work);
	return until_stopped(stuck);
}

/* Uninterruptible is how flush_work() waits; it has put its barrier there by then. */
static bool is_waiting(struct task_struct *task)
{
	return READ_ONCE(task->__state) == TASK_UNINTERRUPTIBLE;
}

int stuck_make_untold(struct stuck *stuck)
{
	int error = stuck_make_wq(stuck, 0, STUCK_BOUND, 1) ?: stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);

	if (error)
		return error;
	stuck_queue(stuck, stuck->wq[0], 1, 1, stuck_victim_func);
	error = run_helper(stuck, flush_second, "flusher") ?: stuck_until(is_waiting, stuck->helper);
	if (error)
		return error;
	return cancel_work(&stuck->items[1].work) ? 0 : -EBUSY;
}
