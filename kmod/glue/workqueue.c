// SPDX-License-Identifier: GPL-2.0
/* C, because the workqueue API is macros and inlines, and flags and system workqueues are told apart by features.h. */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/workqueue.h>

#include "../uapi/system_workqueues.h"
#include "../uapi/wqlab.h"
#include "features.h"
#include "workqueue.h"

static const struct {
	u32 ours;
	u32 kernels;
} flag_map[] = {
#if WQLAB_HAVE_BH
	{ WQLAB_WQ_BH,			WQ_BH },
#endif
	{ WQLAB_WQ_UNBOUND,		WQ_UNBOUND },
	{ WQLAB_WQ_FREEZABLE,		WQ_FREEZABLE },
	{ WQLAB_WQ_MEM_RECLAIM,		WQ_MEM_RECLAIM },
	{ WQLAB_WQ_HIGHPRI,		WQ_HIGHPRI },
	{ WQLAB_WQ_CPU_INTENSIVE,	WQ_CPU_INTENSIVE },
	{ WQLAB_WQ_SYSFS,		WQ_SYSFS },
	{ WQLAB_WQ_POWER_EFFICIENT,	WQ_POWER_EFFICIENT },
#if WQLAB_HAVE_WQ_PERCPU
	{ WQLAB_WQ_PERCPU,		WQ_PERCPU },
#endif
};

uint32_t wqlab_wq_flags_known(void)
{
	u32 known = WQLAB_WQ_ORDERED;

	for (int i = 0; i < ARRAY_SIZE(flag_map); i++)
		known |= flag_map[i].ours;
	return known;
}

uint32_t wqlab_features(void)
{
	return (WQLAB_HAVE_ORDERED_SYSFS ? WQLAB_FEATURE_ORDERED_SYSFS : 0) |
	       (WQLAB_HAVE_BH_PERCPU ? WQLAB_FEATURE_BH_PERCPU : 0) |
	       (IS_ENABLED(CONFIG_PREEMPT_RT) ? WQLAB_FEATURE_PREEMPT_RT : 0);
}

uint32_t wqlab_lacks(void)
{
	return (WQLAB_HAVE_AFFINITY_SCOPES ? 0 : WQLAB_LACK_SCOPES) |
	       (WQLAB_HAVE_BH ? 0 : WQLAB_LACK_BH) |
	       (WQLAB_HAVE_SYSTEM_MAX_ACTIVE ? 0 : WQLAB_LACK_SYSTEM_MAX_ACTIVE) |
	       (WQLAB_HAVE_DISABLE ? 0 : WQLAB_LACK_DISABLE);
}

int wqlab_wq_max_active(void)
{
	return WQ_MAX_ACTIVE;
}

int wqlab_wq_default_active(void)
{
	return WQ_DFL_ACTIVE;
}

/* WQ_NAME_LEN is in no header; it grew in the release that brought WQ_BH. */
size_t wqlab_wq_name_size(void)
{
	return WQLAB_HAVE_BH ? 32 : 24;
}

bool wqlab_wq_saves_power(void)
{
	return IS_ENABLED(CONFIG_WQ_POWER_EFFICIENT_DEFAULT);
}

bool wqlab_since_7_1(void)
{
	return WQLAB_HAVE_CACHE_SHARD;
}

static u32 kernels_flags(u32 flags)
{
	u32 kernels = 0;

	for (int i = 0; i < ARRAY_SIZE(flag_map); i++)
		if (flags & flag_map[i].ours)
			kernels |= flag_map[i].kernels;
	return kernels;
}

struct workqueue_struct *wqlab_wq_create(const char *name, uint32_t flags, uint32_t max_active)
{
	u32 kernels = kernels_flags(flags);

	if (flags & WQLAB_WQ_ORDERED)
		return alloc_ordered_workqueue("%s", kernels & ~WQ_UNBOUND, name);
#if WQLAB_HAVE_BH_PERCPU
	/* These kernels want one of the two said (commit in features.h). */
	if (!(kernels & WQ_UNBOUND))
		kernels |= WQ_PERCPU;
#endif
	return alloc_workqueue("%s", kernels, max_active, name);
}

struct workqueue_struct *wqlab_wq_create_exactly(const char *name, uint32_t flags, int max_active)
{
	return alloc_workqueue("%s", kernels_flags(flags), max_active, name);
}

struct workqueue_struct *wqlab_wq_create_legacy(const char *name, bool single)
{
	return single ? create_singlethread_workqueue(name) : create_workqueue(name);
}

struct workqueue_struct *wqlab_wq_create_legacy_freezable(const char *name)
{
	return create_freezable_workqueue(name);
}

void wqlab_wq_destroy(struct workqueue_struct *wq)
{
	destroy_workqueue(wq);
}

bool wqlab_wq_is_manageable(void)
{
	return WQLAB_HAVE_DEVM;
}

struct workqueue_struct *wqlab_wq_create_managed(struct device *device, const char *name, uint32_t flags,
						 uint32_t max_active)
{
#if WQLAB_HAVE_DEVM
	return devm_alloc_workqueue(device, "%s", kernels_flags(flags), max_active, name);
#else
	return NULL;
#endif
}

struct workqueue_struct *wqlab_wq_create_managed_ordered(struct device *device, const char *name, uint32_t flags)
{
#if WQLAB_HAVE_DEVM
	return devm_alloc_ordered_workqueue(device, "%s", kernels_flags(flags), name);
#else
	return NULL;
#endif
}

struct device *wqlab_device_create(const char *name)
{
	struct device *device = root_device_register(name);

	return IS_ERR(device) ? NULL : device;
}

bool wqlab_device_ends_at_once(void)
{
	return !IS_ENABLED(CONFIG_DEBUG_KOBJECT_RELEASE);
}

void wqlab_device_destroy(struct device *device)
{
	root_device_unregister(device);
}

/* What this kernel has of them. */
#define SYSTEM_0(wq, flags)
#define SYSTEM_1(wq, flags) { #wq, &wq, flags },
#define SYSTEM_IF(have, wq, flags) SYSTEM_##have(wq, flags)
#define SYSTEM(wq, flags, have) SYSTEM_IF(have, wq, flags)

/* Addresses of the pointers, which the kernel fills before any module loads. */
static const struct {
	const char *name;
	struct workqueue_struct **wq;
	u32 flags;
} system_wqs[] = {
	WQLAB_SYSTEM_WORKQUEUES(SYSTEM)
};

const char *wqlab_wq_system_name(unsigned int i)
{
	return i < ARRAY_SIZE(system_wqs) ? system_wqs[i].name : NULL;
}

struct workqueue_struct *wqlab_wq_system(const char *name, uint32_t *flags)
{
	for (int i = 0; i < ARRAY_SIZE(system_wqs); i++) {
		if (strcmp(system_wqs[i].name, name))
			continue;
		*flags = system_wqs[i].flags;
		return *system_wqs[i].wq;
	}
	return NULL;
}

void wqlab_flush_workqueue(struct workqueue_struct *wq)
{
	__flush_workqueue(wq);
}

void wqlab_drain_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
}

void wqlab_set_max_active(struct workqueue_struct *wq, int max_active)
{
	workqueue_set_max_active(wq, max_active);
}

bool wqlab_congested(int cpu, struct workqueue_struct *wq)
{
	return workqueue_congested(cpu < 0 ? WORK_CPU_UNBOUND : cpu, wq);
}
