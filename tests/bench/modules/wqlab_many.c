// SPDX-License-Identifier: GPL-2.0
/*
 * Many workqueues with nothing to do, for tools that look at all of them.
 * Every other one is unbound. With sysfs=1 all are, and their files are in
 * /sys/devices/virtual/workqueue, so that each can be given a pool of its own.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static uint workqueues;
module_param(workqueues, uint, 0444);
static bool sysfs;
module_param(sysfs, bool, 0444);

static struct workqueue_struct **all;

static void many_exit(void)
{
	for (uint i = 0; i < workqueues && all[i]; i++)
		destroy_workqueue(all[i]);
	kvfree(all);
}

static int __init many_init(void)
{
	all = kvcalloc(workqueues, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	for (uint i = 0; i < workqueues; i++) {
		uint flags = sysfs ? WQ_UNBOUND | WQ_SYSFS : i % 2 ? WQ_UNBOUND : 0;

		all[i] = alloc_workqueue("wqlab_many_%u", flags, 0, i);
		if (!all[i]) {
			many_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

module_init(many_init);
module_exit(many_exit);
MODULE_DESCRIPTION("Many workqueues, for wqlab's bench");
MODULE_LICENSE("GPL");
