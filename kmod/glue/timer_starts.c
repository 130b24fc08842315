// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "timer_starts.h"
#include "tracepoints.h"

/* What comes behind the timer differs between kernels; when it is due is there in each. */
static void probe_start(void *data, struct timer_list *timer)
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
