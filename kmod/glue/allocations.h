/* SPDX-License-Identifier: GPL-2.0 */
/* What one task gets of kmalloc() and alloc_percpu(), and what anybody gives back to kfree() and free_percpu(). */
#ifndef WQLAB_GLUE_ALLOCATIONS_H
#define WQLAB_GLUE_ALLOCATIONS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_allocations {
	/* Of each call, in any context; neither may allocate. site: where the caller of kmalloc() is. */
	void (*allocated)(void *watcher, uintptr_t address, uintptr_t site);
	void (*freed)(void *watcher, uintptr_t address);
	void *watcher;
	uintptr_t task;	/* whose; 0: nobody's */
};
/* From attach to detach both are called, and nobody is in them when detach returns. Both sleep. 0 or -errno. */
int wqlab_allocations_attach(struct wqlab_allocations *allocations);
void wqlab_allocations_detach(struct wqlab_allocations *allocations);

/* The same of where: what one task gets of kmalloc() and kmem_cache_alloc(), and for which node it has asked. */
struct wqlab_node_allocations {
	/* Of each call; may not allocate. size: 0 of a cache's. node: -1: whichever. */
	void (*allocated)(void *watcher, uintptr_t address, size_t size, int32_t node);
	void *watcher;
	uintptr_t task;	/* whose; 0: nobody's */
};
int wqlab_node_allocations_attach(struct wqlab_node_allocations *allocations);
void wqlab_node_allocations_detach(struct wqlab_node_allocations *allocations);

WQLAB_END_C

#endif
