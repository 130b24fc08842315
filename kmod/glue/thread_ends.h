/* SPDX-License-Identifier: GPL-2.0 */
/* Threads that end, and whether the kernel still takes them for workers. */
#ifndef WQLAB_GLUE_THREAD_ENDS_H
#define WQLAB_GLUE_THREAD_ENDS_H

#include "types.h"

WQLAB_BEGIN_C

struct task_struct;

struct wqlab_thread_ends {
	/* By each thread of the machine that ends, in which nothing may sleep. is_worker: as the scheduler sees it. */
	void (*ended)(void *watcher, int32_t pid, bool is_worker);
	void *watcher;
};
/* From attach to detach it is called, and nobody is in it when detach returns. Both sleep. 0 or -errno. */
int wqlab_thread_ends_attach(struct wqlab_thread_ends *ends);
void wqlab_thread_ends_detach(struct wqlab_thread_ends *ends);

/* That thread, which is there until it is put, ended or not; NULL: there is none. */
struct task_struct *wqlab_thread_get(int32_t pid);
void wqlab_thread_put(struct task_struct *thread);
/* It does nothing any more but to end. Any context. */
bool wqlab_thread_is_ending(const struct task_struct *thread);

WQLAB_END_C

#endif
