// SPDX-License-Identifier: GPL-2.0
/* C, because the states of CPU hotplug are the kernel's. */
#include <linux/atomic.h>
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
#include <linux/kconfig.h>

#include "cpu_going.h"

/*
 * States are left from the last to the first. Those that the kernel gives to who asks for one come after
 * CPUHP_AP_WORKQUEUE_ONLINE. Of those between it and CPUHP_AP_SMPBOOT_THREADS, all of which may sleep, each is
 * somebody's: this one is of the counters of a processor that this is not.
 */
#define STATE CPUHP_AP_PERF_CSKY_ONLINE

/* The kernel gives the function nothing that could say whose it is. */
static struct wqlab_cpu_going *attached;

/* Anything but 0 would keep the CPU. */
static int goes(unsigned int cpu)
{
	attached->goes(attached->watcher, cpu);
	return 0;
}

int wqlab_cpu_going_attach(struct wqlab_cpu_going *going)
{
	int error;

	if (IS_ENABLED(CONFIG_CSKY))
		return -EOPNOTSUPP;
	if (cmpxchg(&attached, NULL, going))
		return -EBUSY;
	error = cpuhp_setup_state_nocalls(STATE, "wqlab:going", NULL, goes);
	if (error)
		WRITE_ONCE(attached, NULL);
	return error;
}

void wqlab_cpu_going_detach(struct wqlab_cpu_going *going)
{
	cpuhp_remove_state_nocalls(STATE);
	WRITE_ONCE(attached, NULL);
}
