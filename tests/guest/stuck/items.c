// SPDX-License-Identifier: GPL-2.0
/*
 * What items do. At the gate they sleep idle, and are no hung tasks however long
 * it lasts; who waits for an item, a workqueue, a lock or a completion may be one.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/nmi.h>
#include <linux/sched.h>

#include "stuck.h"

/* For who can't open the gate because this has his CPU: longer than a test waits for anything. */
#define MOST_SPINNING (150 * HZ)

static struct stuck_item *begin(struct work_struct *work)
{
	struct stuck_item *item = container_of(work, struct stuck_item, work);

	WRITE_ONCE(item->has_begun, true);
	wake_up_all(&item->of->gate);
	return item;
}

static void sleep_at_gate(struct stuck *stuck)
{
	wait_event_idle(stuck->gate, READ_ONCE(stuck->is_open));
}

static void spin(struct stuck *stuck)
{
	unsigned long end = jiffies + MOST_SPINNING;

	/* Some kernels would let others in without being asked. */
	preempt_disable();
	while (!READ_ONCE(stuck->is_open) && time_before(jiffies, end)) {
		touch_softlockup_watchdog();
		cpu_relax();
	}
	preempt_enable();
}

void stuck_sleeper_func(struct work_struct *work)
{
	sleep_at_gate(begin(work)->of);
}

void stuck_victim_func(struct work_struct *work)
{
}

/* As samples/workqueue/stall_detector has it. */
void stuck_hidden_func(struct work_struct *work)
{
	current->flags &= ~PF_WQ_WORKER;
	sleep_at_gate(begin(work)->of);
	current->flags |= PF_WQ_WORKER;
}

/* Without preemption of the kernel, cond_resched() is where it is preempted. */
void stuck_preempted_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	while (!READ_ONCE(stuck->is_open)) {
		set_current_state(TASK_IDLE);
		cond_resched();
	}
	__set_current_state(TASK_RUNNING);
}

void stuck_polite_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	while (!READ_ONCE(stuck->is_open))
		cond_resched();
}

void stuck_slow_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;
	unsigned long end = jiffies + 2 * HZ;

	while (!READ_ONCE(stuck->is_open) && time_before(jiffies, end))
		cond_resched();
}

void stuck_nap_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	wait_event_idle_timeout(stuck->gate, READ_ONCE(stuck->is_open), HZ / 2);
	if (!READ_ONCE(stuck->is_open))
		queue_work_on(stuck->cpu, stuck->wq[0], work);
}

void stuck_spinner_func(struct work_struct *work)
{
	spin(begin(work)->of);
}

void stuck_bh_spinner_func(struct work_struct *work)
{
	spin(begin(work)->of);
}

void stuck_waits_for_next_func(struct work_struct *work)
{
	struct stuck_item *item = begin(work);

	/* It is queued as soon as this has begun. */
	wait_event_idle(item->of->gate, READ_ONCE(item->of->is_open) || work_busy(&item[1].work));
	flush_work(&item[1].work);
}

void stuck_waits_for_done_func(struct work_struct *work)
{
	wait_for_completion(&begin(work)->of->done);
	barrier(); /* by a jump it would not be on the stack */
}

void stuck_completes_func(struct work_struct *work)
{
	complete(&container_of(work, struct stuck_item, work)->of->done);
}

void stuck_lock_holder_func(struct work_struct *work)
{
	struct stuck *stuck = container_of(work, struct stuck_item, work)->of;

	mutex_lock(&stuck->mutex);
	begin(work);
	sleep_at_gate(stuck);
	mutex_unlock(&stuck->mutex);
}

void stuck_lock_waiter_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	mutex_lock(&stuck->mutex);
	mutex_unlock(&stuck->mutex);
}

void stuck_semaphore_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	down(&stuck->semaphore);
	up(&stuck->semaphore);
}

void stuck_uncounted_func(struct work_struct *work)
{
	struct stuck *stuck = container_of(work, struct stuck_item, work)->of;

	stuck->worker = current;
	begin(work);
	wait_event_idle(stuck->gate, READ_ONCE(stuck->is_open) || !(READ_ONCE(current->flags) & PF_WQ_WORKER));
	current->flags |= PF_WQ_WORKER;
}

void stuck_flushes_second_func(struct work_struct *work)
{
	struct stuck *stuck = begin(work)->of;

	/* Before, there is nothing to wait for. */
	wait_event_idle(stuck->gate, READ_ONCE(stuck->items[1].has_begun));
	flush_workqueue(stuck->wq[1]);
}

void stuck_flushes_first_func(struct work_struct *work)
{
	flush_workqueue(begin(work)->of->wq[0]);
}

void stuck_flushes_itself_func(struct work_struct *work)
{
	begin(work);
	flush_work(work);
}
