/* SPDX-License-Identifier: GPL-2.0 */
/* Threads of each CPU, which the kernel parks when that goes offline. */
#ifndef WQLAB_GLUE_PERCPU_THREADS_H
#define WQLAB_GLUE_PERCPU_THREADS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_percpu_threads {
	/*
	 * In the CPU's thread: when it has begun, which is before it is parked for the first time; and before it is
	 * parked, when workqueue_offline_cpu() has returned and the CPU is still online. Who takes it away waits, with
	 * the lock of CPU hotplug: they may sleep, but for nobody who wants that.
	 */
	void (*begins)(void *watcher, uint32_t cpu);
	void (*parks)(void *watcher, uint32_t cpu);
	void *watcher;
};
/* Those of one at a time, from attach to detach. Nobody is in its functions when detach returns. 0 or -errno. */
int wqlab_percpu_threads_attach(struct wqlab_percpu_threads *threads);
void wqlab_percpu_threads_detach(struct wqlab_percpu_threads *threads);

WQLAB_END_C

#endif
