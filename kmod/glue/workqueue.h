/* SPDX-License-Identifier: GPL-2.0 */
/* Workqueues: made, found, changed, waited for. What items are is work.h. All of it sleeps but where said. */
#ifndef WQLAB_GLUE_WORKQUEUE_H
#define WQLAB_GLUE_WORKQUEUE_H

#include "types.h"

WQLAB_BEGIN_C

struct device;
struct workqueue_struct;

/* enum wqlab_wq_flag, enum wqlab_feature; any context */
uint32_t wqlab_wq_flags_known(void);
uint32_t wqlab_features(void);
uint32_t wqlab_lacks(void);	/* enum wqlab_lack, of which headers tell some */
/* Linux 7.1 or newer, told by the affinity scope cache_shard, which came with it. */
bool wqlab_since_7_1(void);
/* The most that a max_active can be, and what 0 is: 512 and 256, since 6.13 2048 and 1024. */
int wqlab_wq_max_active(void);
int wqlab_wq_default_active(void);
/* What a name is cut to, with the NUL: 32, before 6.9 24. */
size_t wqlab_wq_name_size(void);
bool wqlab_wq_saves_power(void);		/* CONFIG_WQ_POWER_EFFICIENT_DEFAULT */

/* The name is not a format. NULL: refused or no memory. */
struct workqueue_struct *wqlab_wq_create(const char *name, uint32_t flags, uint32_t max_active);
/* With the kernel's own flags named by enum wqlab_wq_flag, exactly: nothing added. */
struct workqueue_struct *wqlab_wq_create_exactly(const char *name, uint32_t flags, int max_active);
/* create_workqueue(), create_singlethread_workqueue(): plain, single. */
struct workqueue_struct *wqlab_wq_create_legacy(const char *name, bool single);
/* create_freezable_workqueue() */
struct workqueue_struct *wqlab_wq_create_legacy_freezable(const char *name);
/* Waits for all queued items. */
void wqlab_wq_destroy(struct workqueue_struct *wq);
/* devm_alloc_workqueue(): the device destroys it. NULL: refused, no memory, or this kernel has none. */
struct workqueue_struct *wqlab_wq_create_managed(struct device *device, const char *name, uint32_t flags,
						 uint32_t max_active);
/* devm_alloc_ordered_workqueue(), the same. */
struct workqueue_struct *wqlab_wq_create_managed_ordered(struct device *device, const char *name, uint32_t flags);
bool wqlab_wq_is_manageable(void);
/* A device that is nothing but one; NULL: no memory, or the name is taken. */
struct device *wqlab_device_create(const char *name);
/* Waits for what is managed, unless objects are released late on purpose (false). */
void wqlab_device_destroy(struct device *device);
bool wqlab_device_ends_at_once(void);

/* The i-th exported system workqueue's name, NULL past the last. Any context. */
const char *wqlab_wq_system_name(unsigned int i);
/* It, and its flags; NULL: no such name. Any context. */
struct workqueue_struct *wqlab_wq_system(const char *name, uint32_t *flags);

/* As the kernel's functions of these names. */
void wqlab_flush_workqueue(struct workqueue_struct *wq);
void wqlab_drain_workqueue(struct workqueue_struct *wq);
void wqlab_set_max_active(struct workqueue_struct *wq, int max_active);
bool wqlab_congested(int cpu, struct workqueue_struct *wq);	/* cpu -1 is WORK_CPU_UNBOUND; any context */

WQLAB_END_C

#endif
