/* SPDX-License-Identifier: GPL-2.0 */
/* A CPU that is going offline: when workqueues have let go of it, and it is online still. */
#ifndef WQLAB_GLUE_CPU_GOING_H
#define WQLAB_GLUE_CPU_GOING_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_cpu_going {
	/*
	 * In the CPU's thread of hotplug, when workqueue_offline_cpu() has returned and the CPU is in cpu_online_mask.
	 * Who takes it away waits, with the lock of CPU hotplug: it may sleep, but for nobody who wants that.
	 */
	void (*goes)(void *watcher, uint32_t cpu);
	void *watcher;
};
/*
 * One at a time, from attach to detach. No CPU is waited for; both sleep while one goes or comes. Nobody is in the
 * function when detach returns. 0 or -errno: this machine has no place for it.
 */
int wqlab_cpu_going_attach(struct wqlab_cpu_going *going);
void wqlab_cpu_going_detach(struct wqlab_cpu_going *going);

WQLAB_END_C

#endif
