// SPDX-License-Identifier: GPL-2.0
/* C, because what declares an item is a macro, and so is what sets one up on the stack. */
#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "declared.h"

static atomic_t runs[WQLAB_DECLARED_DEFERRABLE + 1];

static void run_work(struct work_struct *work)
{
	atomic_inc(&runs[WQLAB_DECLARED_WORK]);
}

static void run_delayed(struct work_struct *work)
{
	atomic_inc(&runs[WQLAB_DECLARED_DELAYED]);
}

static void run_deferrable(struct work_struct *work)
{
	atomic_inc(&runs[WQLAB_DECLARED_DEFERRABLE]);
}

static DECLARE_WORK(declared_work, run_work);
static DECLARE_DELAYED_WORK(declared_delayed, run_delayed);
static DECLARE_DEFERRABLE_WORK(declared_deferrable, run_deferrable);

struct work_struct *wqlab_declared(enum wqlab_declared_as which)
{
	switch (which) {
	case WQLAB_DECLARED_DELAYED:
		return &declared_delayed.work;
	case WQLAB_DECLARED_DEFERRABLE:
		return &declared_deferrable.work;
	default:
		return &declared_work;
	}
}

uint32_t wqlab_declared_runs(enum wqlab_declared_as which)
{
	return atomic_read(&runs[which]);
}

bool wqlab_work_is_fresh(struct work_struct *work)
{
	/* Whether it was declared only debug objects want to know. */
	return (atomic_long_read(&work->data) & ~(unsigned long)WORK_STRUCT_STATIC) ==
	       (unsigned long)WORK_STRUCT_NO_POOL;
}

static bool is_irqsafe(struct delayed_work *work)
{
	return work->timer.flags & TIMER_IRQSAFE;
}

bool wqlab_timer_is_irqsafe(struct work_struct *work)
{
	return is_irqsafe(container_of(work, struct delayed_work, work));
}

struct plain_on_stack {
	struct work_struct work;
	uint32_t runs;
};

struct delayed_on_stack {
	struct delayed_work work;
	uint32_t runs;
};

static void run_on_stack(struct work_struct *work)
{
	container_of(work, struct plain_on_stack, work)->runs++;
}

static void run_delayed_on_stack(struct work_struct *work)
{
	container_of(work, struct delayed_on_stack, work.work)->runs++;
}

static void run_plain(struct workqueue_struct *wq, struct wqlab_on_stack *became)
{
	struct plain_on_stack item = { .runs = 0 };

	INIT_WORK_ONSTACK(&item.work, run_on_stack);
	became->was_fresh = wqlab_work_is_fresh(&item.work);
	became->was_queued = queue_work(wq, &item.work);
	flush_work(&item.work);
	became->is_pending = work_pending(&item.work);
	/* A kernel that does not wait must not find it gone. */
	cancel_work_sync(&item.work);
	became->runs = item.runs;
	destroy_work_on_stack(&item.work);
}

static void run_timed(bool deferrable, struct workqueue_struct *wq, struct wqlab_on_stack *became)
{
	struct delayed_on_stack item = { .runs = 0 };

	if (deferrable)
		INIT_DEFERRABLE_WORK_ONSTACK(&item.work, run_delayed_on_stack);
	else
		INIT_DELAYED_WORK_ONSTACK(&item.work, run_delayed_on_stack);
	became->was_fresh = wqlab_work_is_fresh(&item.work.work);
	became->timer_is_irqsafe = is_irqsafe(&item.work);
	became->timer_is_deferrable = item.work.timer.flags & TIMER_DEFERRABLE;
	became->was_queued = queue_delayed_work(wq, &item.work, 1);
	flush_delayed_work(&item.work);
	became->is_pending = work_pending(&item.work.work);
	cancel_delayed_work_sync(&item.work);
	became->runs = item.runs;
	destroy_delayed_work_on_stack(&item.work);
}

void wqlab_run_on_stack(enum wqlab_declared_as which, struct workqueue_struct *wq, struct wqlab_on_stack *became)
{
	if (which == WQLAB_DECLARED_WORK)
		run_plain(wq, became);
	else
		run_timed(which == WQLAB_DECLARED_DEFERRABLE, wq, became);
}
