/* SPDX-License-Identifier: GPL-2.0 */
/* Timers that are armed, and for when. */
#ifndef WQLAB_GLUE_TIMER_STARTS_H
#define WQLAB_GLUE_TIMER_STARTS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_timer_starts {
	/*
	 * By each worker that arms a timer, in its own context, with interrupts
	 * off and the lock of its CPU's timers held. in: jiffies from now, which
	 * may be some less than it asked for.
	 */
	void (*started)(void *watcher, uintptr_t function, long in);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_timer_starts_attach(struct wqlab_timer_starts *starts);
void wqlab_timer_starts_detach(struct wqlab_timer_starts *starts);

WQLAB_END_C

#endif
