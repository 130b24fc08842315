/* SPDX-License-Identifier: GPL-2.0 */
/* Whom max_active lets an item go by. */
#ifndef WQLAB_GLUE_ACTIVATIONS_H
#define WQLAB_GLUE_ACTIVATIONS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_activations {
	uintptr_t work;
	/* By who lets go of it. Interrupts are off, and the lock of its pool is held. */
	void (*activated)(void *watcher);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_activations_attach(struct wqlab_activations *activations);
void wqlab_activations_detach(struct wqlab_activations *activations);

WQLAB_END_C

#endif
