// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "allocations.h"
#include "tracepoints.h"

static void probe_kmalloc(void *data, unsigned long site, const void *address, size_t wanted,
			  size_t got, gfp_t flags, int node)
{
	struct wqlab_allocations *allocations = data;

	if (READ_ONCE(allocations->task) == (uintptr_t)current && in_task() && address)
		allocations->allocated(allocations->watcher, (uintptr_t)address, site);
}

static void probe_kfree(void *data, unsigned long site, const void *address)
{
	struct wqlab_allocations *allocations = data;

	if (address)
		allocations->freed(allocations->watcher, (uintptr_t)address);
}

/* Before Linux 6.10 the site may be __alloc_percpu(), a function of its own. */
static void probe_percpu_alloc(void *data, unsigned long site, bool reserved, bool is_atomic, size_t wanted,
			       size_t align, void *base, int offset, void __percpu *address, size_t got, gfp_t flags)
{
	probe_kmalloc(data, site, (const void *)(__force unsigned long)address, wanted, got, flags, 0);
}

static void probe_percpu_free(void *data, void *base, int offset, void __percpu *address)
{
	probe_kfree(data, 0, (const void *)(__force unsigned long)address);
}

static void tell_of_node(struct wqlab_node_allocations *allocations, const void *address, size_t wanted, int node)
{
	if (READ_ONCE(allocations->task) == (uintptr_t)current && in_task() && address)
		allocations->allocated(allocations->watcher, (uintptr_t)address, wanted, node);
}

static void probe_kmalloc_node(void *data, unsigned long site, const void *address, size_t wanted,
			       size_t got, gfp_t flags, int node)
{
	tell_of_node(data, address, wanted, node);
}

/* The size is in the cache, which is the allocator's own. */
static void probe_cache_node(void *data, unsigned long site, const void *address, struct kmem_cache *cache,
			     gfp_t flags, int node)
{
	tell_of_node(data, address, 0, node);
}

static const struct wqlab_probe probes[] = {
	{ "kmalloc", probe_kmalloc },
	{ "kfree", probe_kfree },
	{ "percpu_alloc_percpu", probe_percpu_alloc },
	{ "percpu_free_percpu", probe_percpu_free },
};

int wqlab_allocations_attach(struct wqlab_allocations *allocations)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), allocations);
}

void wqlab_allocations_detach(struct wqlab_allocations *allocations)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), allocations);
}

static const struct wqlab_probe node_probes[] = {
	{ "kmalloc", probe_kmalloc_node },
	{ "kmem_cache_alloc", probe_cache_node },
};

int wqlab_node_allocations_attach(struct wqlab_node_allocations *allocations)
{
	return wqlab_probes_attach(node_probes, ARRAY_SIZE(node_probes), allocations);
}

void wqlab_node_allocations_detach(struct wqlab_node_allocations *allocations)
{
	wqlab_probes_detach(node_probes, ARRAY_SIZE(node_probes), allocations);
}
