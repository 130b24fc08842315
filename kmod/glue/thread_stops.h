/* SPDX-License-Identifier: GPL-2.0 */
/* Threads of the kernel that are told to end, and what they return. */
#ifndef WQLAB_GLUE_THREAD_STOPS_H
#define WQLAB_GLUE_THREAD_STOPS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_thread_stops {
	/* By who stops a thread: before, and when it has ended. Nothing in them may sleep. */
	void (*stops)(void *watcher, int32_t pid);
	void (*stopped)(void *watcher, int result);
	void *watcher;
};
/* From attach to detach they are called, and nobody is in them when detach returns. Both sleep. 0 or -errno. */
int wqlab_thread_stops_attach(struct wqlab_thread_stops *stops);
void wqlab_thread_stops_detach(struct wqlab_thread_stops *stops);

WQLAB_END_C

#endif
