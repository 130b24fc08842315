// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>

#include "timer_start.h"
#include "tracepoints.h"
#include "watchdog_looks.h"

WQLAB_TIMER_START_PROBE(probe_start)
{
	const struct wqlab_watchdog_looks *looks = data;

	if ((uintptr_t)timer->function == looks->function)
		looks->armed(looks->watcher, due);
}

static void probe_fires(void *data, struct timer_list *timer, unsigned long now)
{
	const struct wqlab_watchdog_looks *looks = data;

	if ((uintptr_t)timer->function == looks->function)
		looks->fires(looks->watcher);
}

static const struct wqlab_probe probes[] = {
	{ "timer_start", probe_start },
	{ "timer_expire_entry", probe_fires },
};

int wqlab_watchdog_looks_attach(struct wqlab_watchdog_looks *looks)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), looks);
}

void wqlab_watchdog_looks_detach(struct wqlab_watchdog_looks *looks)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), looks);
}
