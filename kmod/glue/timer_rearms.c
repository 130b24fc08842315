// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types, and so have tasks. */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "timer_rearms.h"
#include "timer_start.h"
#include "tracepoints.h"

/* One that is over it may arm in a softirq, too, which comes upon any thread. */
static bool is_meant(const struct wqlab_timer_rearms *rearms, const struct timer_list *timer)
{
	return (uintptr_t)timer->function == rearms->function && in_task() && current->pid == rearms->pid;
}

/* Each time that it has lost its CPU, and one. */
static uint64_t switches(void)
{
	return 1 + current->nvcsw + current->nivcsw;
}

static void probe_cancel(void *data, struct timer_list *timer)
{
	struct wqlab_timer_rearms *rearms = data;

	if (is_meant(rearms, timer))
		rearms->switches = switches();
}

WQLAB_TIMER_START_PROBE(probe_start)
{
	struct wqlab_timer_rearms *rearms = data;

	if (!is_meant(rearms, timer))
		return;
	if (rearms->switches == switches())
		WRITE_ONCE(rearms->count, rearms->count + 1);
	rearms->switches = 0;
}

static const struct wqlab_probe probes[] = {
	{ "timer_cancel", probe_cancel },
	{ "timer_start", probe_start },
};

int wqlab_timer_rearms_attach(struct wqlab_timer_rearms *rearms)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), rearms);
}

void wqlab_timer_rearms_detach(struct wqlab_timer_rearms *rearms)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), rearms);
}
