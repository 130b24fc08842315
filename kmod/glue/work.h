/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work items, in storage of C++'s that layout.h sizes: set up, queued, cancelled,
 * waited for. Queueing, modifying and cancelling without sync is for any context.
 */
#ifndef WQLAB_GLUE_WORK_H
#define WQLAB_GLUE_WORK_H

#include "types.h"

WQLAB_BEGIN_C

struct workqueue_struct;
struct work_struct;

/* The kernel's own, on every item's path, so that even a jump would count; C sees its real declaration too. */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);

enum wqlab_work_kind { WQLAB_WORK_PLAIN, WQLAB_WORK_DELAYED, WQLAB_WORK_RCU };

/*
 * Lockdep does not track such an item: all that one line sets up are one lock to
 * it, and what checks have their items do to each other is what it exists to
 * forbid.
 */
void wqlab_work_init(struct work_struct *work, enum wqlab_work_kind kind,
		     void (*function)(struct work_struct *work));
void wqlab_work_init_deferrable(struct work_struct *work, void (*function)(struct work_struct *work));
/*
 * Lets lockdep track the item: one class for process context, one for BH. Call
 * after wqlab_work_init(), for items that never wait for each other.
 */
void wqlab_work_set_lockdep_class(struct work_struct *work, bool bh);

/*
 * As the kernel's functions of these names; true: was not pending before.
 * queue_on: on a CPU that has gone offline, as queue_work(). queue_bare_on: as
 * the kernel, which does not look, so that a BH item may wait for its CPU's
 * return. With cpu -1 they are the header's inlines that name no CPU.
 */
bool wqlab_queue_on(struct workqueue_struct *wq, struct work_struct *work, uint32_t cpu);
bool wqlab_queue_bare_on(struct workqueue_struct *wq, struct work_struct *work, int cpu);
bool wqlab_queue_node(struct workqueue_struct *wq, struct work_struct *work, uint32_t node);
bool wqlab_queue_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns);
bool wqlab_queue_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu, uint64_t jiffies_delay);
bool wqlab_queue_rcu(struct workqueue_struct *wq, struct work_struct *work);
bool wqlab_schedule_work(struct work_struct *work);
bool wqlab_schedule_work_on(struct work_struct *work, int cpu);
/* cpu -1: schedule_delayed_work(), else schedule_delayed_work_on(). */
bool wqlab_schedule_delayed(struct work_struct *work, int cpu, uint64_t jiffies_delay);
/* True: was pending and has been re-armed. */
bool wqlab_mod_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns);
bool wqlab_mod_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu, uint64_t jiffies_delay);

/* True: was pending and will not run for that. Not for RCU work. The second one sleeps, unless it is a BH item. */
bool wqlab_cancel(struct work_struct *work, enum wqlab_work_kind kind);
bool wqlab_cancel_sync(struct work_struct *work, enum wqlab_work_kind kind);
/* Waits; true: there was something to wait for. */
bool wqlab_flush(struct work_struct *work, enum wqlab_work_kind kind);
/* disable_work(), with sync disable_work_sync(), and so on. */
bool wqlab_disable(struct work_struct *work, enum wqlab_work_kind kind, bool sync);
bool wqlab_enable(struct work_struct *work, enum wqlab_work_kind kind);
bool wqlab_enable_and_queue(struct workqueue_struct *wq, struct work_struct *work);

bool wqlab_work_pending(struct work_struct *work);
bool wqlab_delayed_work_pending(struct work_struct *work);
#define WQLAB_BUSY_PENDING 1
#define WQLAB_BUSY_RUNNING 2
uint32_t wqlab_work_busy(struct work_struct *work);
bool wqlab_timer_pending(struct work_struct *work);
uint64_t wqlab_timer_expires(struct work_struct *work);	/* jiffies */
bool wqlab_timer_is_deferrable(struct work_struct *work);
bool wqlab_timer_is_pinned(struct work_struct *work);	/* no other CPU may take it over, 6.9 */
uint32_t wqlab_timer_cpu(struct work_struct *work);	/* whose wheel it is or was on */
bool wqlab_work_is_tracked(void);			/* CONFIG_DEBUG_OBJECTS_WORK */

/*
 * A timer that does nothing, right behind the work_struct, as a driver may have
 * one. It takes the place of a delayed item's, and storage for that. Disarm
 * sleeps; true: was still armed.
 */
void wqlab_neighbour_arm(struct work_struct *work, uint64_t jiffies_delay);
bool wqlab_neighbour_disarm(struct work_struct *work);

/* What kzalloc() and a function make of one: nothing but its function, and lockdep's map, is initialised. */
void wqlab_work_forget(struct work_struct *work);

/* Calls the function in a worker of that CPU and returns what it did. Sleeps. */
long wqlab_work_on_cpu(uint32_t cpu, long (*function)(void *argument), void *argument);
/* Of a CPU that may be offline; where the kernel has no work_on_cpu_safe(), the first one. */
long wqlab_work_on_cpu_safe(uint32_t cpu, long (*function)(void *argument), void *argument);
bool wqlab_has_work_on_cpu_safe(void);
/* storage: of WQLAB_SIZEOF_EXECUTE_WORK bytes, until the function has run. */
int wqlab_execute_in_process_context(void (*function)(struct work_struct *work), void *storage);

/* Of the worker that runs. */
struct work_struct *wqlab_current_work(void);
void wqlab_set_description(const char *text);
/* -1: this kernel can't say. */
int wqlab_current_is_mem_reclaim(void);

WQLAB_END_C

#endif
