// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "thread_stops.h"
#include "tracepoints.h"

static void probe_stops(void *data, struct task_struct *task)
{
	const struct wqlab_thread_stops *stops = data;

	stops->stops(stops->watcher, task->pid);
}

static void probe_stopped(void *data, int result)
{
	const struct wqlab_thread_stops *stops = data;

	stops->stopped(stops->watcher, result);
}

static const struct wqlab_probe probes[] = {
	{ "sched_kthread_stop", probe_stops },
	{ "sched_kthread_stop_ret", probe_stopped },
};

int wqlab_thread_stops_attach(struct wqlab_thread_stops *stops)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), stops);
}

void wqlab_thread_stops_detach(struct wqlab_thread_stops *stops)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), stops);
}
