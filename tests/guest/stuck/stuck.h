/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Workqueues that are stuck, each in one of the ways that wqctl doctor knows, made
 * for real. Who opens /proc/wqlab_stuck and writes a state's name, and of which
 * CPU, has that state until the file is closed, by whatever: then its gate opens,
 * and everything ends. "go_on" is the second half of a state that has one. Wqlab itself knows nothing of it.
 */
#ifndef WQLAB_STUCK_H
#define WQLAB_STUCK_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define STUCK_ITEMS 48
/* By then an item would have begun on any machine: it does not, because something else is stuck. */
#define STUCK_PATIENCE (30 * HZ)
#define STUCK_PREFIX "stuck_"
/* Of one CPU's pool. Newer kernels want that said. */
#define STUCK_BOUND (STUCK_PERCPU | WQ_HIGHPRI)

struct stuck;

struct stuck_item {
	struct work_struct work;
	struct stuck *of;
	bool has_begun;
};

struct stuck_state {
	const char *name;
	int (*make)(struct stuck *stuck);
	/* Beside opening the gate, which is done before; NULL: that is enough. */
	void (*undo)(struct stuck *stuck);
	/* The second half, when the test has changed the machine; NULL: there is none. */
	void (*go_on)(struct stuck *stuck);
};

/* What one open file holds. */
struct stuck {
	const struct stuck_state *state;
	uint cpu;
	wait_queue_head_t gate;		/* where items sleep, and who waits for them to begin */
	bool is_open;
	bool is_for_ever;		/* nothing can undo it: it stays, and the module with it */
	bool is_miscounted;		/* until its CPU has gone and come */
	struct workqueue_struct *wq[2];
	struct stuck_item items[STUCK_ITEMS];
	struct delayed_work late;
	struct mutex mutex;		/* of the items that wait for a lock */
	struct semaphore semaphore;
	struct completion done;
	struct task_struct *helper;
	struct task_struct *worker;	/* of the item that the pool does not count */
};

const struct stuck_state *stuck_state(const char *name);

/* In tasks.c. */
int stuck_make_flushed(struct stuck *stuck);
int stuck_make_drained(struct stuck *stuck);
int stuck_make_destroyed(struct stuck *stuck);
int stuck_make_semaphore(struct stuck *stuck);
void stuck_undo_semaphore(struct stuck *stuck);
int stuck_make_untold(struct stuck *stuck);
void stuck_undo_helper(struct stuck *stuck);
/* Until a task is so, which it tells nobody. */
int stuck_until(bool (*is_so)(struct task_struct *task), struct task_struct *task);

/* In borrowed.c. */
int stuck_make_frozen(struct stuck *stuck);
void stuck_undo_frozen(struct stuck *stuck);
int stuck_make_no_worker(struct stuck *stuck);
int stuck_make_rescued(struct stuck *stuck);

/* In broken.c. */
int stuck_make_let_in_by_none(struct stuck *stuck);
void stuck_undo_let_in_by_none(struct stuck *stuck);
int stuck_make_miscounted(struct stuck *stuck);
void stuck_undo_miscounted(struct stuck *stuck);

void stuck_open(struct stuck *stuck);
/* Its workqueue, or the second one, which is called so. */
int stuck_make_wq(struct stuck *stuck, uint which, uint flags, int max_active);
/* Queues item n and waits until its function has begun. */
int stuck_begin(struct stuck *stuck, struct workqueue_struct *wq, uint n, work_func_t func);
/* Queues items first to last, which are behind it. */
void stuck_queue(struct stuck *stuck, struct workqueue_struct *wq, uint first, uint last, work_func_t func);

/* Two are active, as many as may be, and items 2 to last are held back. */
int stuck_make_full(struct stuck *stuck, work_func_t active, uint last, work_func_t behind);

/* What items do; wqctl shows these names. */
void stuck_sleeper_func(struct work_struct *work);	/* sleeps at the gate */
void stuck_victim_func(struct work_struct *work);	/* nothing */
void stuck_hidden_func(struct work_struct *work);	/* sleeps, and the scheduler tells the pool nothing */
void stuck_preempted_func(struct work_struct *work);	/* has set its state, and lets who wants the CPU have it */
void stuck_polite_func(struct work_struct *work);	/* runs, and lets who wants the CPU have it */
void stuck_slow_func(struct work_struct *work);		/* likewise, for two seconds */
void stuck_nap_func(struct work_struct *work);		/* sleeps for half a second, and goes behind the others */
void stuck_spinner_func(struct work_struct *work);	/* runs, and does not */
void stuck_bh_spinner_func(struct work_struct *work);
void stuck_waits_for_next_func(struct work_struct *work);	/* flush_work() of the item behind it */
void stuck_waits_for_done_func(struct work_struct *work);
void stuck_completes_func(struct work_struct *work);
void stuck_lock_holder_func(struct work_struct *work);
void stuck_lock_waiter_func(struct work_struct *work);
void stuck_semaphore_func(struct work_struct *work);	/* wants it, and gives it back */
void stuck_uncounted_func(struct work_struct *work);	/* sleeps until its PF_WQ_WORKER is gone, and has it back */
void stuck_flushes_second_func(struct work_struct *work);	/* the other workqueue */
void stuck_flushes_first_func(struct work_struct *work);
void stuck_flushes_itself_func(struct work_struct *work);	/* its item */

#endif
