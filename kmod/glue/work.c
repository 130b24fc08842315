// SPDX-License-Identifier: GPL-2.0
/* C, because work items are set up by macros, and most of what is done to them is inlines. */
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "features.h"
#include "timer_delete.h"
#include "work.h"

static struct delayed_work *delayed(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static struct rcu_work *rcu(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

static void do_not_track(struct work_struct *work)
{
#ifdef CONFIG_LOCKDEP
#if WQLAB_HAVE_LOCKDEP_NO_TRACK
	lockdep_init_map(&work->lockdep_map, "wqlab item, not tracked", &__lockdep_no_track__, 0);
#else
	lockdep_init_map(&work->lockdep_map, "wqlab item, not validated", &__lockdep_no_validate__, 0);
#endif
#endif
}

void wqlab_work_init(struct work_struct *work, enum wqlab_work_kind kind,
		     void (*function)(struct work_struct *work))
{
	switch (kind) {
	case WQLAB_WORK_PLAIN:
		INIT_WORK(work, function);
		break;
	case WQLAB_WORK_DELAYED:
		INIT_DELAYED_WORK(delayed(work), function);
		break;
	case WQLAB_WORK_RCU:
		INIT_RCU_WORK(rcu(work), function);
		break;
	}
	do_not_track(work);
}

void wqlab_work_init_deferrable(struct work_struct *work, void (*function)(struct work_struct *work))
{
	INIT_DEFERRABLE_WORK(delayed(work), function);
	do_not_track(work);
}

void wqlab_work_set_lockdep_class(struct work_struct *work, bool bh)
{
#ifdef CONFIG_LOCKDEP
	static struct lock_class_key process_class, bh_class;

	if (bh)
		lockdep_init_map(&work->lockdep_map, "wqlab BH item", &bh_class, 0);
	else
		lockdep_init_map(&work->lockdep_map, "wqlab item", &process_class, 0);
#endif
}

bool wqlab_queue_on(struct workqueue_struct *wq, struct work_struct *work, uint32_t cpu)
{
	bool queued;

	/*
	 * workqueue_softirq_dead() drains a dead CPU's BH pool once: what comes
	 * later would wait there for the CPU's return. With preemption off the
	 * CPU can't go between the look and the call.
	 */
	preempt_disable();
	queued = queue_work_on(cpu_online(cpu) ? cpu : WORK_CPU_UNBOUND, wq, work);
	preempt_enable();
	return queued;
}

/* A process pool's workers leave a CPU that goes, and serve their pool elsewhere. */
bool wqlab_queue_bare_on(struct workqueue_struct *wq, struct work_struct *work, int cpu)
{
	return cpu < 0 ? queue_work(wq, work) : queue_work_on(cpu, wq, work);
}

bool wqlab_queue_node(struct workqueue_struct *wq, struct work_struct *work, uint32_t node)
{
	return queue_work_node(node, wq, work);
}

/* Rounded up: a delay is a lower bound. */
static unsigned long jiffies_of(u64 ns)
{
	return nsecs_to_jiffies(ns + TICK_NSEC - 1);
}

bool wqlab_queue_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns)
{
	return queue_delayed_work(wq, delayed(work), jiffies_of(ns));
}

bool wqlab_queue_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu,
			    uint64_t jiffies_delay)
{
	return cpu < 0 ? queue_delayed_work(wq, delayed(work), jiffies_delay) :
			 queue_delayed_work_on(cpu, wq, delayed(work), jiffies_delay);
}

bool wqlab_queue_rcu(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_rcu_work(wq, rcu(work));
}

bool wqlab_schedule_work(struct work_struct *work)
{
	return schedule_work(work);
}

bool wqlab_schedule_work_on(struct work_struct *work, int cpu)
{
	return schedule_work_on(cpu, work);
}

bool wqlab_schedule_delayed(struct work_struct *work, int cpu, uint64_t jiffies_delay)
{
	return cpu < 0 ? schedule_delayed_work(delayed(work), jiffies_delay) :
			 schedule_delayed_work_on(cpu, delayed(work), jiffies_delay);
}

bool wqlab_mod_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns)
{
	return mod_delayed_work(wq, delayed(work), jiffies_of(ns));
}

bool wqlab_mod_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu,
			  uint64_t jiffies_delay)
{
	return cpu < 0 ? mod_delayed_work(wq, delayed(work), jiffies_delay) :
			 mod_delayed_work_on(cpu, wq, delayed(work), jiffies_delay);
}

bool wqlab_cancel(struct work_struct *work, enum wqlab_work_kind kind)
{
	return kind == WQLAB_WORK_DELAYED ? cancel_delayed_work(delayed(work)) : cancel_work(work);
}

bool wqlab_cancel_sync(struct work_struct *work, enum wqlab_work_kind kind)
{
	return kind == WQLAB_WORK_DELAYED ? cancel_delayed_work_sync(delayed(work)) :
					    cancel_work_sync(work);
}

bool wqlab_flush(struct work_struct *work, enum wqlab_work_kind kind)
{
	switch (kind) {
	case WQLAB_WORK_DELAYED:
		return flush_delayed_work(delayed(work));
	case WQLAB_WORK_RCU:
		return flush_rcu_work(rcu(work));
	default:
		return flush_work(work);
	}
}

#if WQLAB_HAVE_DISABLE
bool wqlab_disable(struct work_struct *work, enum wqlab_work_kind kind, bool sync)
{
	if (kind == WQLAB_WORK_DELAYED)
		return sync ? disable_delayed_work_sync(delayed(work)) : disable_delayed_work(delayed(work));
	return sync ? disable_work_sync(work) : disable_work(work);
}

bool wqlab_enable(struct work_struct *work, enum wqlab_work_kind kind)
{
	return kind == WQLAB_WORK_DELAYED ? enable_delayed_work(delayed(work)) : enable_work(work);
}

bool wqlab_enable_and_queue(struct workqueue_struct *wq, struct work_struct *work)
{
	return enable_and_queue_work(wq, work);
}
#else
/* Nobody asks for it: wqlab_lacks(). */
bool wqlab_disable(struct work_struct *work, enum wqlab_work_kind kind, bool sync)
{
	return false;
}

bool wqlab_enable(struct work_struct *work, enum wqlab_work_kind kind)
{
	return false;
}

bool wqlab_enable_and_queue(struct workqueue_struct *wq, struct work_struct *work)
{
	return false;
}
#endif

bool wqlab_work_pending(struct work_struct *work)
{
	return work_pending(work);
}

bool wqlab_delayed_work_pending(struct work_struct *work)
{
	return delayed_work_pending(delayed(work));
}

uint32_t wqlab_work_busy(struct work_struct *work)
{
	unsigned int busy = work_busy(work);

	return (busy & WORK_BUSY_PENDING ? WQLAB_BUSY_PENDING : 0) |
	       (busy & WORK_BUSY_RUNNING ? WQLAB_BUSY_RUNNING : 0);
}

bool wqlab_timer_pending(struct work_struct *work)
{
	return timer_pending(&delayed(work)->timer);
}

uint64_t wqlab_timer_expires(struct work_struct *work)
{
	return delayed(work)->timer.expires;
}

bool wqlab_timer_is_deferrable(struct work_struct *work)
{
	return delayed(work)->timer.flags & TIMER_DEFERRABLE;
}

bool wqlab_timer_is_pinned(struct work_struct *work)
{
	return delayed(work)->timer.flags & TIMER_PINNED;
}

uint32_t wqlab_timer_cpu(struct work_struct *work)
{
	return delayed(work)->timer.flags & TIMER_CPUMASK;
}

bool wqlab_work_is_tracked(void)
{
	return IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK);
}

void wqlab_work_forget(struct work_struct *work)
{
	atomic_long_set(&work->data, 0);
	work->entry.next = NULL;
	work->entry.prev = NULL;
}

static void neighbour_timer(struct timer_list *timer)
{
}

void wqlab_neighbour_arm(struct work_struct *work, uint64_t jiffies_delay)
{
	struct timer_list *timer = &delayed(work)->timer;

	timer_setup(timer, neighbour_timer, 0);
	mod_timer(timer, jiffies + jiffies_delay);
}

bool wqlab_neighbour_disarm(struct work_struct *work)
{
	return timer_delete_sync(&delayed(work)->timer);
}

long wqlab_work_on_cpu(uint32_t cpu, long (*function)(void *argument), void *argument)
{
	return work_on_cpu(cpu, function, argument);
}

long wqlab_work_on_cpu_safe(uint32_t cpu, long (*function)(void *argument), void *argument)
{
#if WQLAB_HAVE_WORK_ON_CPU_SAFE
	return work_on_cpu_safe(cpu, function, argument);
#else
	return work_on_cpu(cpu, function, argument);
#endif
}

bool wqlab_has_work_on_cpu_safe(void)
{
	return WQLAB_HAVE_WORK_ON_CPU_SAFE;
}

int wqlab_execute_in_process_context(void (*function)(struct work_struct *work), void *storage)
{
	return execute_in_process_context(function, storage);
}

struct work_struct *wqlab_current_work(void)
{
	return current_work();
}

void wqlab_set_description(const char *text)
{
	set_worker_desc("%s", text);
}

int wqlab_current_is_mem_reclaim(void)
{
#if WQLAB_HAVE_IS_MEM_RECLAIM
	return current_is_workqueue_mem_reclaim();
#else
	return -1;
#endif
}
