// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "timer_cancels.h"
#include "tracepoints.h"

/* When one is over it fires as well, in a softirq. */
static void probe_cancel(void *data, struct timer_list *timer)
{
	const struct wqlab_timer_cancels *cancels = data;

	if (in_task())
		cancels->cancelled(cancels->watcher, (uintptr_t)timer->function, current->pid);
}

static const struct wqlab_probe probes[] = {
	{ "timer_cancel", probe_cancel },
};

int wqlab_timer_cancels_attach(struct wqlab_timer_cancels *cancels)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), cancels);
}

void wqlab_timer_cancels_detach(struct wqlab_timer_cancels *cancels)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), cancels);
}
