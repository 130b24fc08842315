// SPDX-License-Identifier: GPL-2.0
/*
 * The states. Bound workqueues are of high priority, because nearly nobody else
 * uses those pools, and what is stuck there is a test's own.
 */
#include <linux/cpufeature.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/percpu-rwsem.h>
#include <linux/string.h>

#include "stuck.h"

#define PREFIX "stuck_"
/* Of one CPU's pool. Newer kernels want that said. */
#define BOUND (STUCK_PERCPU | WQ_HIGHPRI)

static int make_wq(struct stuck *stuck, uint which, uint flags, int max_active)
{
	stuck->wq[which] = alloc_workqueue(PREFIX "%s%s", flags, max_active, stuck->state->name,
					   which ? "_2" : "");
	return stuck->wq[which] ? 0 : -ENOMEM;
}

/* One item that does so, and others behind it. */
static int one_and_victims(struct stuck *stuck, uint flags, int max_active, work_func_t func)
{
	int error = make_wq(stuck, 0, flags, max_active) ?: stuck_begin(stuck, stuck->wq[0], 0, func);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
	return error;
}

static int make_hidden(struct stuck *stuck)
{
	return one_and_victims(stuck, BOUND, 0, stuck_hidden_func);
}

static int make_preempted(struct stuck *stuck)
{
	return one_and_victims(stuck, BOUND, 0, stuck_preempted_func);
}

static int make_polite(struct stuck *stuck)
{
	return one_and_victims(stuck, BOUND, 0, stuck_polite_func);
}

static int make_spinner(struct stuck *stuck)
{
	return one_and_victims(stuck, BOUND, 0, stuck_spinner_func);
}

#ifdef STUCK_BH
static int make_bh_spinner(struct stuck *stuck)
{
	return one_and_victims(stuck, (STUCK_BH) | WQ_HIGHPRI, 0, stuck_bh_spinner_func);
}
#endif

static int make_max_active(struct stuck *stuck)
{
	int error = make_wq(stuck, 0, BOUND, 2) ?: stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func) ?:
		    stuck_begin(stuck, stuck->wq[0], 1, stuck_sleeper_func);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 2, 4, stuck_victim_func);
	return error;
}

static int make_circle(struct stuck *stuck)
{
	int error = one_and_victims(stuck, BOUND, 1, stuck_waits_for_next_func);

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
	int error = make_wq(stuck, 0, BOUND, 1) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_waits_for_done_func);

	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 1, stuck_completes_func);
	return error;
}

static void undo_completion(struct stuck *stuck)
{
	complete(&stuck->done);
}

static int make_ordered(struct stuck *stuck)
{
	int error;

	stuck->wq[0] = alloc_ordered_workqueue(PREFIX "%s", 0, stuck->state->name);
	if (!stuck->wq[0])
		return -ENOMEM;
	error = stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);
	if (!error)
		stuck_queue(stuck, stuck->wq[0], 1, 4, stuck_victim_func);
	return error;
}

static int make_lock(struct stuck *stuck)
{
	int error = make_wq(stuck, 0, WQ_UNBOUND, 16) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_lock_holder_func);

	for (uint n = 1; n <= 10 && !error; n++)
		error = stuck_begin(stuck, stuck->wq[0], n, stuck_lock_waiter_func);
	return error;
}

/* Many of one function, on everybody's workqueue, one after the other, and somebody else's item behind them. */
static int make_crowd(struct stuck *stuck)
{
	if (make_wq(stuck, 0, BOUND, 0))
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
	int error = make_wq(stuck, 0, WQ_MEM_RECLAIM | BOUND, 0) ?: make_wq(stuck, 1, BOUND, 0) ?:
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
	return make_wq(stuck, 0, BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_itself_func);
}

static int make_flushes_own(struct stuck *stuck)
{
	return make_wq(stuck, 0, BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_first_func);
}

static int make_flush_each_other(struct stuck *stuck)
{
	return make_wq(stuck, 0, BOUND, 0) ?: make_wq(stuck, 1, BOUND, 0) ?: for_ever(stuck) ?:
	       stuck_begin(stuck, stuck->wq[0], 0, stuck_flushes_second_func) ?:
	       stuck_begin(stuck, stuck->wq[1], 1, stuck_flushes_first_func);
}

/*
 * An item is flushed while max_active holds it back, and is cancelled: its
 * barrier goes to the worklist, and kernels without a fix wake nobody for it.
 */
static int flush_second(void *data)
{
	struct stuck *stuck = data;

	flush_work(&stuck->items[1].work);
	wait_event_idle(stuck->gate, kthread_should_stop());
	return 0;
}

static int make_untold(struct stuck *stuck)
{
	struct task_struct *helper;
	int error = make_wq(stuck, 0, BOUND, 1) ?: stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);

	if (error)
		return error;
	stuck_queue(stuck, stuck->wq[0], 1, 1, stuck_victim_func);
	helper = kthread_run(flush_second, stuck, "stuck_flusher");
	if (IS_ERR(helper))
		return PTR_ERR(helper);
	stuck->helper = helper;
	/* Uninterruptible is how flush_work() waits; it has put its barrier there by then. */
	while (READ_ONCE(helper->__state) != TASK_UNINTERRUPTIBLE)
		schedule_timeout_idle(1);
	return cancel_work(&stuck->items[1].work) ? 0 : -EBUSY;
}

static void undo_helper(struct stuck *stuck)
{
	if (stuck->helper)
		kthread_stop(stuck->helper);
}

/* On the wheel of a CPU that is away: the test has taken it. */
static int make_late(struct stuck *stuck)
{
	if (cpu_online(stuck->cpu))
		return -EBUSY;
	if (make_wq(stuck, 0, BOUND, 0))
		return -ENOMEM;
	queue_delayed_work_on(stuck->cpu, stuck->wq[0], &stuck->late, HZ / 10);
	return 0;
}

static void undo_late(struct stuck *stuck)
{
	cancel_delayed_work_sync(&stuck->late);
}

/* ---- with what no module is given ---- */

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
static int make_frozen(struct stuck *stuck)
{
	void (*freeze)(void);
	int error = make_wq(stuck, 0, WQ_FREEZABLE | BOUND, 0) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_sleeper_func);

	freeze = symbol("freeze_workqueues_begin");
	if (error || !freeze)
		return error ?: -ENOSYS;
	freeze();
	stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
	return 0;
}

static void undo_frozen(struct stuck *stuck)
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
	if (make_wq(stuck, 0, BOUND | flags, 0))
		return -ENOMEM;
	helper = kthread_run(keep_from_forking, stuck, "stuck_no_fork");
	if (IS_ERR(helper))
		return PTR_ERR(helper);
	stuck->helper = helper;
	wait_for_completion(&stuck->done);
	/* More than there are workers. */
	stuck_queue(stuck, stuck->wq[0], 0, 9, stuck_sleeper_func);
	return 0;
}

static int make_no_worker(struct stuck *stuck)
{
	return without_workers(stuck, 0);
}

static int make_rescued(struct stuck *stuck)
{
	return without_workers(stuck, WQ_MEM_RECLAIM);
}

static const struct stuck_state states[] = {
	{ "hidden", make_hidden },
	{ "preempted", make_preempted },
	{ "polite", make_polite },
	{ "spinner", make_spinner },
#ifdef STUCK_BH
	{ "bh_spinner", make_bh_spinner },
#endif
	{ "max_active", make_max_active },
	{ "circle", make_circle, undo_circle },
	{ "completion", make_completion, undo_completion },
	{ "ordered", make_ordered },
	{ "lock", make_lock },
	{ "crowd", make_crowd, undo_crowd },
	{ "reclaim", make_reclaim },
	{ "flushes_itself", make_flushes_itself },
	{ "flushes_own", make_flushes_own },
	{ "flush_each_other", make_flush_each_other },
	{ "untold", make_untold, undo_helper },
	{ "late", make_late, undo_late },
	{ "frozen", make_frozen, undo_frozen },
	{ "no_worker", make_no_worker, undo_helper },
	{ "rescued", make_rescued, undo_helper },
};

const struct stuck_state *stuck_state(const char *name)
{
	for (uint i = 0; i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	return NULL;
}
