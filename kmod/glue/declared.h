/* SPDX-License-Identifier: GPL-2.0 */
/* Work items that are declared, and items on a stack; others are set up by work.h. */
#ifndef WQLAB_GLUE_DECLARED_H
#define WQLAB_GLUE_DECLARED_H

#include "work.h"

WQLAB_BEGIN_C

/* DECLARE_WORK(), DECLARE_DELAYED_WORK(), DECLARE_DEFERRABLE_WORK(): there is one of each. */
enum wqlab_declared_as { WQLAB_DECLARED_WORK, WQLAB_DECLARED_DELAYED, WQLAB_DECLARED_DEFERRABLE };
struct work_struct *wqlab_declared(enum wqlab_declared_as which);
/* How often their function was called. */
uint32_t wqlab_declared_runs(enum wqlab_declared_as which);
/* It belongs to no pool and no workqueue, as before it was ever queued. */
bool wqlab_work_is_fresh(struct work_struct *work);
/* Of a delayed one: no interrupt comes while its timer queues it. */
bool wqlab_timer_is_irqsafe(struct work_struct *work);

/* What became of an item that was on the stack of who queued it. */
struct wqlab_on_stack {
	bool was_fresh, was_queued;
	bool timer_is_irqsafe, timer_is_deferrable;	/* of a delayed one */
	bool is_pending;				/* after it was flushed */
	uint32_t runs;
};
/* Sets it up, queues it, which is with a delay of a jiffy if it has one, waits for it and destroys it. Sleeps. */
void wqlab_run_on_stack(enum wqlab_declared_as which, struct workqueue_struct *wq, struct wqlab_on_stack *became);

WQLAB_END_C

#endif
