// SPDX-License-Identifier: GPL-2.0
/*
 * States that a sound kernel does not come to, made by the smallest change behind
 * its back, as samples/workqueue/stall_detector makes its own: of fields that
 * are no secret of workqueue.c's.
 */
#include <linux/cpu.h>
#include <linux/list.h>
#include <linux/sched.h>

#include "stuck.h"

/* Whether these three are held back, and this is the list's head, which the pool_workqueue has. */
static bool is_row(const struct stuck *stuck, const struct list_head *row)
{
	const void *at = row;

	for (uint n = 1; n <= 3; n++)
		if (!(*work_data_bits(&stuck->items[n].work) & WORK_STRUCT_INACTIVE))
			return false;
	return at < (const void *)stuck->items || at >= (const void *)(stuck->items + STUCK_ITEMS);
}

/*
 * An item that ends lets in the first one that is held back, and both is done
 * under pool->lock: pwq_dec_nr_active() of process_one_work() always finds who is
 * in the row. So the row is hidden meanwhile. Nobody else has items of this
 * pool_workqueue, hence no lock; who only reads, as a snapshot and sysrq-t do,
 * would meet half a row: nobody does while a test is here.
 */
int stuck_make_let_in_by_none(struct stuck *stuck)
{
	struct list_head *row;
	int error = stuck_make_wq(stuck, 0, STUCK_BOUND, 1) ?:
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_waits_for_done_func);

	if (error)
		return error;
	stuck_queue(stuck, stuck->wq[0], 1, 3, stuck_victim_func);
	row = stuck->items[1].work.entry.prev;
	if (!is_row(stuck, row))
		return -EBUSY;
	for (uint n = 1; n <= 3; n++)
		list_del_init(&stuck->items[n].work.entry);
	complete(&stuck->done);
	flush_work(&stuck->items[0].work);
	for (uint n = 1; n <= 3; n++)
		list_add_tail(&stuck->items[n].work.entry, row);
	return 0;
}

void stuck_undo_let_in_by_none(struct stuck *stuck)
{
	complete_all(&stuck->done);
	if (stuck->wq[0])
		workqueue_set_max_active(stuck->wq[0], 8);
}

static bool is_off_queue(struct task_struct *task)
{
	return !READ_ONCE(task->on_rq);
}

/*
 * A pool counts its workers down in schedule() before they sleep, and up behind
 * that, both if PF_WQ_WORKER is set. It is taken from one that sleeps, so that
 * nr_running stays one too low: it is -1 when all that the pool has are idle or
 * asleep, and no longer 0, as need_more_worker() wants it.
 */
int stuck_make_miscounted(struct stuck *stuck)
{
	int error = stuck_make_wq(stuck, 0, STUCK_BOUND, 0) ?:
		    /* Where all are idle, enter_worker_idle() would see the wrong count and warn. */
		    stuck_begin(stuck, stuck->wq[0], 0, stuck_waits_for_done_func) ?:
		    stuck_begin(stuck, stuck->wq[0], 1, stuck_uncounted_func) ?:
		    stuck_until(is_off_queue, stuck->worker);

	if (error)
		return error;
	stuck->is_miscounted = true;
	stuck->worker->flags &= ~PF_WQ_WORKER;
	wake_up_all(&stuck->gate);
	flush_work(&stuck->items[1].work);
	stuck_queue(stuck, stuck->wq[0], 2, 4, stuck_victim_func);
	return 0;
}

/* A pool whose CPU goes counts nothing any more, and begins at 0 when that comes back. */
void stuck_undo_miscounted(struct stuck *stuck)
{
	if (stuck->is_miscounted && (remove_cpu(stuck->cpu) || add_cpu(stuck->cpu)))
		pr_err("CPU %u does not go and come\n", stuck->cpu);
	complete_all(&stuck->done);
}
