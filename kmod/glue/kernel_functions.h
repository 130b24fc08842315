/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the kernel's workqueue functions that no tracepoint tells of. */
#ifndef WQLAB_GLUE_KERNEL_FUNCTIONS_H
#define WQLAB_GLUE_KERNEL_FUNCTIONS_H

#include "types.h"

WQLAB_BEGIN_C

/* Which, whatever this kernel calls it. */
enum wqlab_function {
	WQLAB_FLUSH_WORK,	/* (work) */
	WQLAB_FLUSH_WORKQUEUE,	/* (workqueue) */
	WQLAB_CANCEL,		/* (work): whether it was on the queue */
	WQLAB_CREATE_WORKER,	/* (pool): the worker */
	WQLAB_MAYDAY,		/* (the pool's mayday_timer) */
	WQLAB_ATTACH,		/* (worker, pool) */
	WQLAB_ATTRIBUTES,	/* (workqueue) */
};

struct wqlab_kernel_call {
	enum wqlab_function which;
	bool returned;			/* it is over, and not about to begin */
	uintptr_t function;		/* where it is */
	uintptr_t arguments[2];		/* of one that returned, the first only */
	unsigned long result;		/* of one that returned */
};

struct wqlab_calls;

/*
 * From now on wqlab_event_call() (upcalls.h) is called for this recorder. NULL:
 * no memory, or, as *canceled says, a signal for the current task has come:
 * it takes its time. What this kernel lacks is left out; missing(context,
 * words) is called for each. Sleeps.
 */
struct wqlab_calls *wqlab_calls_attach(void *recorder, void (*missing)(void *context, const char *words),
				       void *context, bool *canceled);
/*
 * Tells of each function that was called so often, at least, since the last
 * time or it was attached, and nobody was told: by an interrupt in the middle of
 * a probe's handler, anybody's, or while too many calls of it were under way.
 * NULL: of none. From one task at a time.
 */
void wqlab_calls_passed_over(struct wqlab_calls *calls,
			     void (*tell)(void *context, const char *words, unsigned long count), void *context);
/* Once it returns that is not called, and nobody is in it. NULL: nothing. */
void wqlab_calls_detach(struct wqlab_calls *calls);

WQLAB_END_C

#endif
