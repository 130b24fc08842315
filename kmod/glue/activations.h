/* SPDX-License-Identifier: GPL-2.0 */
/* An item that becomes active: as it is queued, or when max_active has room for it. */
#ifndef WQLAB_GLUE_ACTIVATIONS_H
#define WQLAB_GLUE_ACTIVATIONS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_activations {
	uintptr_t work;
	/* By who makes it active. Interrupts are off, and the lock of its pool is held. */
	void (*activated)(void *watcher);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_activations_attach(struct wqlab_activations *activations);
void wqlab_activations_detach(struct wqlab_activations *activations);

/* current_is_workqueue_mem_reclaim() by a worker that may be between two items. -1: it can't be asked there. */
int wqlab_is_mem_reclaim_between_items(void);

WQLAB_END_C

#endif
