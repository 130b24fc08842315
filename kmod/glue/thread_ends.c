// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "process_exit.h"
#include "thread_ends.h"
#include "tracepoints.h"

WQLAB_PROCESS_EXIT_PROBE(probe_exit)
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
