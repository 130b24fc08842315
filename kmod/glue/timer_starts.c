// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "timer_start.h"
#include "timer_starts.h"
#include "tracepoints.h"

/* When a timer is due it says itself. */
WQLAB_TIMER_START_PROBE(probe_start)
{
	const struct wqlab_timer_starts *starts = data;

	if (in_task() && current->flags & PF_WQ_WORKER)
		starts->started(starts->watcher, (uintptr_t)timer->function, (long)(timer->expires - jiffies));
}

static const struct wqlab_probe probes[] = {
	{ "timer_start", probe_start },
};

int wqlab_timer_starts_attach(struct wqlab_timer_starts *starts)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), starts);
}

void wqlab_timer_starts_detach(struct wqlab_timer_starts *starts)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), starts);
}
