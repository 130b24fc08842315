// SPDX-License-Identifier: GPL-2.0
/* C, because probes have the kernel's own types, and what is told of a task is macros. */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "features.h"
#include "thread_ends.h"
#include "tracepoints.h"

/* Called through a pointer, whose type CFI compares. */
#if WQLAB_HAVE_EXIT_GROUP_DEAD
static void probe_exit(void *data, struct task_struct *task, bool group_dead)
#else
static void probe_exit(void *data, struct task_struct *task)
#endif
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

struct task_struct *wqlab_thread_get(int32_t pid)
{
	struct pid *number = find_get_pid(pid);
	struct task_struct *thread = get_pid_task(number, PIDTYPE_PID);

	put_pid(number);
	return thread;
}

void wqlab_thread_put(struct task_struct *thread)
{
	put_task_struct(thread);
}

bool wqlab_thread_is_ending(const struct task_struct *thread)
{
	return READ_ONCE(thread->flags) & PF_EXITING;
}
