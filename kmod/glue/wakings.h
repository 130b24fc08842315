/* SPDX-License-Identifier: GPL-2.0 */
/* Workers that are woken, and near which CPU. */
#ifndef WQLAB_GLUE_WAKINGS_H
#define WQLAB_GLUE_WAKINGS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_wakings {
	/*
	 * By who wakes a worker, with interrupts off and the worker's lock held.
	 * near: from where the scheduler is to look for a CPU.
	 */
	void (*waking)(void *watcher, int32_t pid, uint32_t near);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_wakings_attach(struct wqlab_wakings *wakings);
void wqlab_wakings_detach(struct wqlab_wakings *wakings);

WQLAB_END_C

#endif
