// SPDX-License-Identifier: GPL-2.0
/* C, because GFP flags and the allocators are macros. */
#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "memory.h"

void *wqlab_alloc(size_t bytes, int node)
{
	/* Only sizes that are powers of two are sure to be aligned to themselves. */
	if (bytes < PAGE_SIZE)
		bytes = roundup_pow_of_two(max_t(size_t, bytes, L1_CACHE_BYTES));
	/* Who asked for so much is told that there is none; the log need not say it. */
	return kvzalloc_node(bytes, GFP_KERNEL | __GFP_NOWARN, node);
}

void wqlab_free(void *memory)
{
	kvfree(memory);
}

void *wqlab_body_alloc(size_t bytes, bool atomic)
{
	return kmalloc(bytes, (atomic ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN);
}

void wqlab_body_free(void *memory)
{
	kfree(memory);
}

uint32_t wqlab_reclaim_begin(void)
{
	return memalloc_noreclaim_save();
}

void wqlab_reclaim_end(uint32_t before)
{
	memalloc_noreclaim_restore(before);
}
