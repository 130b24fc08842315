// SPDX-License-Identifier: GPL-2.0
/* C, because module entry points and descriptions are macros. */
#include <linux/module.h>
#include <linux/printk.h>
#include <net/genetlink.h>

#include "../uapi/wqlab.h"
#include "module.h"
#include "upcalls.h"

void wqlab_pin_module(void)
{
	__module_get(THIS_MODULE);
}

void wqlab_say_module_stays(void)
{
	pr_warn("wqlab: a check hangs in the kernel, so the module stays and rmmod does not return until a reboot\n");
}

static int __init module_entry(void)
{
	return wqlab_init();
}

static void __exit module_departure(void)
{
	wqlab_exit();
}

module_init(module_entry);
module_exit(module_departure);

MODULE_DESCRIPTION("A laboratory for the Linux workqueue");
MODULE_AUTHOR("The wqlab authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(WQLAB_VERSION);
MODULE_ALIAS_GENL_FAMILY(WQLAB_FAMILY_NAME);
