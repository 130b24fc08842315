// SPDX-License-Identifier: GPL-2.0
/*
 * The states. Bound workqueues are of high priority, because nearly nobody else
 * uses those pools, and what is stuck there is a test's own.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "stuck.h"


int stuck_make_wq(struct stuck *stuck, uint which, uint flags, int max_active)
{
	stuck->wq[which] = alloc_workqueue(STUCK_PREFIX "%s%s", flags, max_active, stuck->state->name,
					   which ? "_2" : "");
	return stuck->wq[which] ? 0 : -ENOMEM;
}

/* One item that does so, and others behind it. */
static int one_and_victims(struct stuck *stuck, uint flags, int max_active, work_func_t func)
{
	int error = stuck_make_wq(stuck, 0, flags, max_active) ?: stuck_begin(stuck, stuck->wq[0], 0, func);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
	return error;
}

static int make_hidden(struct stuck *stuck)
{
	return one_and_victims(stuck, STUCK_BOUND, 0, stuck_hidden_func);
}

static int make_preempted(struct stuck *stuck)
{
	return one_and_victims(stuck, STUCK_BOUND, 0, stuck_preempted_func);
}

static int make_polite(struct stuck *stuck)
{
	return one_and_victims(stuck, STUCK_BOUND, 0, stuck_polite_func);
}

static int make_spinner(struct stuck *stuck)
{
	return one_and_victims(stuck, STUCK_BOUND, 0, stuck_spinner_func);
}

static int make_bh_spinner(struct stuck *stuck)
{
#ifdef STUCK_BH
	return one_and_victims(stuck, (STUCK_BH) | WQ_HIGHPRI, 0, stuck_bh_spinner_func);
#else
	return -EOPNOTSUPP;
#endif
}

int stuck_make_full(struct stuck *stuck, work_func_t active, uint last, work_func_t behind)
{
	int error = stuck_make_wq(stuck, 0, STUCK_BOUND, 2) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, active) ?: stuck_begin(stuck, stuck->wq[0], 1, active);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 2, last, behind);
	return error;
}

static int make_max_active(struct stuck *stuck)
{
	return stuck_make_full(stuck, stuck_sleeper_func, 4, stuck_victim_func);
}

static int make_circle(struct stuck *stuck)
{
	int error = one_and_victims(stuck, STUCK_BOUND, 1, stuck_waits_for_next_func);

	wake_up_all(&stuck->gate);
	return error;
}

static void undo_circle(struct stuck *stuck)
{
	if (stuck->wq[0])
		workqueue_set_max_active(stuck->wq[0], 8);
}

static int make_completion(struct stuck *stuck)
{
	int error = stuck_make_wq(stuck, 0, STUCK_BOUND, 1) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_waits_for_done_func);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 1, stuck_completes_func);
	return error;
}

/* All that are active wait for what only the one behind them would do. */
static int make_completions(struct stuck *stuck)
{
	return stuck_make_full(stuck, stuck_waits_for_done_func, 2, stuck_completes_func);
}

static void undo_completion(struct stuck *stuck)
{
	complete_all(&stuck->done);
}

static int make_ordered(struct stuck *stuck)
{
	int error;

	stuck->wq[0] = alloc_ordered_workqueue(STUCK_PREFIX "%s", 0, stuck->state->name);
	if (!stuck->wq[0])
		return -ENOMEM;
	error = stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);
	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 4, stuck_victim_func);
	return error;
}

/* The test moves it to other CPUs meanwhile. */
static int make_plugged(struct stuck *stuck)
{
	stuck->wq[0] = alloc_ordered_workqueue(STUCK_PREFIX "%s", 0, stuck->state->name);
	return stuck->wq[0] ? stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func) : -ENOMEM;
}

static void queue_victims(struct stuck *stuck)
{
	stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
}

static int make_lock(struct stuck *stuck)
{
	int error = stuck_make_wq(stuck, 0, WQ_UNBOUND, 16) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_lock_holder_func);

	for (uint n = 1; n <= 10 && !error; n++)
		error = stuck_begin(stuck, stuck->wq[0], n, stuck_lock_waiter_func);
	return error;
}

/* Each comes back to the end of the row. */
static int make_backlog(struct stuck *stuck)
{
	if (stuck_make_wq(stuck, 0, STUCK_BOUND, 1))
		return -ENOMEM;
	stuck_queue(stuck, stuck->wq[0], 0, STUCK_ITEMS - 1, stuck_nap_func);
	return 0;
}

/* Many of one function, on everybody's workqueue, one after the other, and somebody else's item behind them. */
static int make_crowd(struct stuck *stuck)
{
	if (stuck_make_wq(stuck, 0, STUCK_BOUND, 0))
		return -ENOMEM;
	stuck_queue(stuck, system_highpri_wq, 0, STUCK_ITEMS - 2, stuck_slow_func);
	stuck_queue(stuck, stuck->wq[0], STUCK_ITEMS - 1, STUCK_ITEMS - 1, stuck_victim_func);
	return 0;
}

static void undo_crowd(struct stuck *stuck)
{
	for (uint n = 0; n < STUCK_ITEMS; n++)
		flush_work(&stuck->items[n].work);
}

/* An item of a workqueue with a rescuer waits for one without. The kernel warns of it. */
static int make_reclaim(struct stuck *stuck)
{
	int error = stuck_make_wq(stuck, 0, WQ_MEM_RECLAIM | STUCK_BOUND, 0) ?:
		    stuck_make_wq(stuck, 1, STUCK_BOUND, 0) ?:
		    stuck_begin(stuck, stuck->wq[1], 0, stuck_sleeper_func);

	return error ?: stuck_begin(stuck, stuck->wq[0], 1, stuck_flushes_second_func);
}

/* These three wait for themselves. */
static int for_ever(struct stuck *stuck)
{
	stuck->is_for_ever = true;
	__module_get(THIS_MODULE);
	return 0;
}

static int make_flushes_itself(struct stuck *stuck)
{
	return stuck_make_wq(stuck, 0, STUCK_BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_itself_func);
}

static int make_flushes_own(struct stuck *stuck)
{
	return stuck_make_wq(stuck, 0, STUCK_BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_first_func);
}

static int make_flush_each_other(struct stuck *stuck)
{
	return stuck_make_wq(stuck, 0, STUCK_BOUND, 0) ?: stuck_make_wq(stuck, 1, STUCK_BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_second_func) ?:
	       stuck_begin(stuck, stuck->wq[1], 1, stuck_flushes_first_func);
}

/* On the wheel of a CPU that is away: the test has taken it. */
static int make_late(struct stuck *stuck)
{
	if (cpu_online(stuck->cpu))
		return -EBUSY;
	if (stuck_make_wq(stuck, 0, STUCK_BOUND, 0))
		return -ENOMEM;
	queue_delayed_work_on(stuck->cpu, stuck->wq[0], &stuck->late, HZ / 10);
	return 0;
}

static void undo_late(struct stuck *stuck)
{
	cancel_delayed_work_sync(&stuck->late);
}

/* On the pool of a CPU that has never been there, and so has no worker. The test brings it. */
static int make_absent(struct stuck *stuck)
{
	if (cpu_online(stuck->cpu))
		return -EBUSY;
	if (stuck_make_wq(stuck, 0, STUCK_BOUND, 0))
		return -ENOMEM;
	stuck_queue(stuck, stuck->wq[0], 0, 2, stuck_victim_func);
	return 0;
}

/* It need not have come. */
static void undo_absent(struct stuck *stuck)
{
	for (uint n = 0; n <= 2; n++)
		cancel_work_sync(&stuck->items[n].work);
}

static const struct stuck_state states[] = {
	{ "hidden", make_hidden },
	{ "preempted", make_preempted },
	{ "polite", make_polite },
	{ "spinner", make_spinner },
	{ "bh_spinner", make_bh_spinner },
	{ "max_active", make_max_active },
	{ "circle", make_circle, undo_circle },
	{ "completion", make_completion, undo_completion },
	{ "completions", make_completions, undo_completion },
	{ "semaphore", stuck_make_semaphore, stuck_undo_semaphore },
	{ "ordered", make_ordered },
	{ "lock", make_lock },
	{ "plugged", make_plugged, NULL, queue_victims },
	{ "backlog", make_backlog },
	{ "crowd", make_crowd, undo_crowd },
	{ "reclaim", make_reclaim },
	{ "flushes_itself", make_flushes_itself },
	{ "flushes_own", make_flushes_own },
	{ "flush_each_other", make_flush_each_other },
	{ "untold", stuck_make_untold, stuck_undo_helper },
	{ "flushed", stuck_make_flushed, stuck_undo_helper },
	{ "drained", stuck_make_drained, stuck_undo_helper },
	{ "destroyed", stuck_make_destroyed, stuck_undo_helper },
	{ "let_in_by_none", stuck_make_let_in_by_none, stuck_undo_let_in_by_none },
	{ "miscounted", stuck_make_miscounted, stuck_undo_miscounted },
	{ "absent", make_absent, undo_absent },
	{ "late", make_late, undo_late },
	{ "frozen", stuck_make_frozen, stuck_undo_frozen },
	{ "no_worker", stuck_make_no_worker, stuck_undo_helper },
	{ "rescued", stuck_make_rescued, stuck_undo_helper },
};

const struct stuck_state *stuck_state(const char *name)
{
	for (uint i = 0; i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	return NULL;
}
