/* SPDX-License-Identifier: GPL-2.0 */
/* Threads that end, and whether the kernel still takes them for workers. */
#ifndef WQLAB_GLUE_THREAD_ENDS_H
#define WQLAB_GLUE_THREAD_ENDS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_thread_ends {
	/* By each thread of the machine that ends, in which nothing may sleep. is_worker: as the scheduler sees it. */
	void (*ended)(void *watcher, int32_t pid, bool is_worker);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_thread_ends_attach(struct wqlab_thread_ends *ends);
void wqlab_thread_ends_detach(struct wqlab_thread_ends *ends);

WQLAB_END_C

#endif
