// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "features.h"
#include "thread_ends.h"
#include "tracepoints.h"

/* Called through a pointer, whose type CFI compares. */
#if WQLAB_HAVE_EXIT_GROUP_DEAD
static void probe_exit(void *data, struct task_struct *task, bool group_dead)
#else
static void probe_exit(void *data, struct task_struct *task)
#endif
{
	const struct wqlab_thread_ends *ends = data;

	ends->ended(ends->watcher, task->pid, task->flags & PF_WQ_WORKER);
}

static const struct wqlab_probe probes[] = {
	{ "sched_process_exit", probe_exit },
};

int wqlab_thread_ends_attach(struct wqlab_thread_ends *ends)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), ends);
}

void wqlab_thread_ends_detach(struct wqlab_thread_ends *ends)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), ends);
}
