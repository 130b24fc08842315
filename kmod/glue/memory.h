/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of the module's own and of items' bodies. */
#ifndef WQLAB_GLUE_MEMORY_H
#define WQLAB_GLUE_MEMORY_H

#include "types.h"

WQLAB_BEGIN_C

/* Zeroed, on or near node (-1: any), cache-line aligned; NULL when there is none. Sleeps. */
void *wqlab_alloc(size_t bytes, int node);
void wqlab_free(void *memory);
/* What an item's body allocates: no sleep when atomic. Any context but hardirq. */
void *wqlab_body_alloc(size_t bytes, bool atomic);
void wqlab_body_free(void *memory);

/* Between them current is a task that reclaims memory (PF_MEMALLOC): end takes what begin gave. */
uint32_t wqlab_reclaim_begin(void);
void wqlab_reclaim_end(uint32_t before);

WQLAB_END_C

#endif
