// SPDX-License-Identifier: GPL-2.0
/*
 * C, because workqueue_attrs and cpumasks are the kernel's. What changes the
 * attributes of a workqueue is not exported, and found by name.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/workqueue.h>

#include "attributes.h"
#include "features.h"
#include "symbols.h"

static uintptr_t alloc_attrs, free_attrs, apply_attrs;

bool wqlab_attributes_init(void)
{
	alloc_attrs = wqlab_symbol("alloc_workqueue_attrs");
	/* 7.x: a macro around the function that says where memory is charged. */
	if (!alloc_attrs)
		alloc_attrs = wqlab_symbol("alloc_workqueue_attrs_noprof");
	free_attrs = wqlab_symbol("free_workqueue_attrs");
	apply_attrs = wqlab_symbol("apply_workqueue_attrs");
	return alloc_attrs && free_attrs && apply_attrs;
}

/* Without affinity scopes, two things can be asked for; and workers never leave what they are given. */
enum { BY_NODE, ALL_IN_ONE };

static void set(struct workqueue_attrs *attrs, const struct wqlab_attributes *wanted)
{
	attrs->nice = wanted->nice;
#if WQLAB_HAVE_AFFINITY_SCOPES
	attrs->affn_scope = wanted->scope;
	attrs->affn_strict = wanted->strict;
#else
	attrs->no_numa = wanted->scope == ALL_IN_ONE;
#endif
	if (!wanted->cpus)
		return;
	cpumask_clear(attrs->cpumask);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids && cpu < 64; cpu++)
		if (wanted->cpus >> cpu & 1)
			cpumask_set_cpu(cpu, attrs->cpumask);
}

int wqlab_attributes_apply(struct workqueue_struct *wq, const struct wqlab_attributes *wanted)
{
	struct workqueue_attrs *attrs;
	unsigned long result;
	int error;

	if (!alloc_attrs || !free_attrs || !apply_attrs)
		return -ENOSYS;
	if (!wqlab_call(alloc_attrs, 0, 0, 0, &result))
		return -EOPNOTSUPP;
	attrs = (void *)result;
	if (!attrs)
		return -ENOMEM;
	if (wanted)
		set(attrs, wanted);
	error = -EOPNOTSUPP;
	/* Before 6.11 it wants this held, and no header says so. Later it does no harm: hotplug takes it first, too. */
	cpus_read_lock();
	if (wqlab_call(apply_attrs, (unsigned long)wq, (unsigned long)attrs, 0, &result))
		error = (int)result;
	cpus_read_unlock();
	/* If kprobes were disarmed just now, they stay: a few hundred bytes. */
	if (!wqlab_call(free_attrs, (unsigned long)attrs, 0, 0, NULL))
		error = error ?: -EOPNOTSUPP;
	return error;
}

int wqlab_scope_of(const char *name)
{
#if WQLAB_HAVE_AFFINITY_SCOPES
	static const struct {
		const char *name;
		int scope;
	} scopes[] = {
		{ "default", WQ_AFFN_DFL },
		{ "cpu", WQ_AFFN_CPU },
		{ "smt", WQ_AFFN_SMT },
		{ "cache", WQ_AFFN_CACHE },
		{ "numa", WQ_AFFN_NUMA },
		{ "system", WQ_AFFN_SYSTEM },
#if WQLAB_HAVE_CACHE_SHARD
		{ "cache_shard", WQ_AFFN_CACHE_SHARD },
#endif
	};

	for (int i = 0; i < ARRAY_SIZE(scopes); i++)
		if (!strcmp(scopes[i].name, name))
			return scopes[i].scope;
#else
	if (!strcmp(name, "default") || !strcmp(name, "numa"))
		return BY_NODE;
	if (!strcmp(name, "system"))
		return ALL_IN_ONE;
#endif
	return -1;
}
