// SPDX-License-Identifier: GPL-2.0
/* C, because it is a struct of the kernel's, and of each CPU. */
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/smpboot.h>

#include "percpu_threads.h"

static DEFINE_PER_CPU(struct task_struct *, tasks);
/* The kernel gives these functions nothing that could say whose they are. */
static struct wqlab_percpu_threads *attached;

static int never(unsigned int cpu)
{
	return 0;
}

static void setup(unsigned int cpu)
{
	attached->begins(attached->watcher, cpu);
}

static void park(unsigned int cpu)
{
	attached->parks(attached->watcher, cpu);
}

static struct smp_hotplug_thread threads_of_all = {
	.store = &tasks,
	.thread_should_run = never,
	.setup = setup,
	.park = park,
	.thread_comm = "wqlab/%u",
};

int wqlab_percpu_threads_attach(struct wqlab_percpu_threads *threads)
{
	int error;

	if (cmpxchg(&attached, NULL, threads))
		return -EBUSY;
	error = smpboot_register_percpu_thread(&threads_of_all);
	if (error)
		WRITE_ONCE(attached, NULL);
	return error;
}

void wqlab_percpu_threads_detach(struct wqlab_percpu_threads *threads)
{
	smpboot_unregister_percpu_thread(&threads_of_all);
	WRITE_ONCE(attached, NULL);
}
