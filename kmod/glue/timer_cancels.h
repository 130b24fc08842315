/* SPDX-License-Identifier: GPL-2.0 */
/* Timers that are taken back before they are over. */
#ifndef WQLAB_GLUE_TIMER_CANCELS_H
#define WQLAB_GLUE_TIMER_CANCELS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_timer_cancels {
	/*
	 * Of each by a task, which may be about to arm it anew; with interrupts off
	 * and the lock of a CPU's timers held.
	 */
	void (*cancelled)(void *watcher, uintptr_t function, int32_t pid);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_timer_cancels_attach(struct wqlab_timer_cancels *cancels);
void wqlab_timer_cancels_detach(struct wqlab_timer_cancels *cancels);

WQLAB_END_C

#endif
