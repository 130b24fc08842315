// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types. */
#include <linux/kernel.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include "activations.h"
#include "features.h"
#include "tracepoints.h"

static void probe_activate(void *data, struct work_struct *work)
{
	const struct wqlab_activations *activations = data;

	if ((uintptr_t)work == activations->work)
		activations->activated(activations->watcher);
}

static const struct wqlab_probe probes[] = {
	{ "workqueue_activate_work", probe_activate },
};

int wqlab_activations_attach(struct wqlab_activations *activations)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), activations);
}

void wqlab_activations_detach(struct wqlab_activations *activations)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), activations);
}

/*
 * As it came it followed a null pointer there, with the pool's lock held;
 * "workqueue: Fix NULL current_pwq deref in mem-reclaim helper" mended it.
 * Nothing shows whether a kernel has that, but its version; a backport is not
 * asked, which costs nothing but a look.
 */
int wqlab_is_mem_reclaim_between_items(void)
{
#if WQLAB_HAVE_IS_MEM_RECLAIM && LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 4)
	return current_is_workqueue_mem_reclaim();
#else
	return -1;
#endif
}
