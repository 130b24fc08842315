// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types, and so have tasks. */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "tracepoints.h"
#include "wakings.h"

static uint32_t near_which(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->wake_cpu);
#else
	return 0;
#endif
}

static void probe_waking(void *data, struct task_struct *task)
{
	const struct wqlab_wakings *wakings = data;

	if (task->flags & PF_WQ_WORKER)
		wakings->waking(wakings->watcher, task->pid, near_which(task));
}

static const struct wqlab_probe probes[] = {
	{ "sched_waking", probe_waking },
};

int wqlab_wakings_attach(struct wqlab_wakings *wakings)
{
	return wqlab_probes_attach(probes, ARRAY_SIZE(probes), wakings);
}

void wqlab_wakings_detach(struct wqlab_wakings *wakings)
{
	wqlab_probes_detach(probes, ARRAY_SIZE(probes), wakings);
}
