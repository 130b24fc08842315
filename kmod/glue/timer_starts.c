// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "features.h"
#include "timer_starts.h"
#include "tracepoints.h"

/* Called through a pointer, whose type CFI compares. When a timer is due it says itself. */
#if WQLAB_HAVE_TIMER_BUCKET_EXPIRY
static void probe_start(void *data, struct timer_list *timer, unsigned long bucket_expiry)
#else
static void probe_start(void *data, struct timer_list *timer, unsigned long expires, unsigned int flags)
#endif
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
