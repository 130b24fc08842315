// SPDX-License-Identifier: GPL-2.0
/* C, because CPU masks, current and the preempt count are macros and per-CPU variables. */
#include <linux/cpumask.h>
#include <linux/nodemask.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/utsname.h>

#include "glue.h"

uint32_t wqlab_nr_cpus(void)
{
	return nr_cpu_ids;
}

bool wqlab_cpu_online(uint32_t cpu)
{
	return cpu < nr_cpu_ids && cpu_online(cpu);
}

uint32_t wqlab_next_online_cpu(uint32_t cpu)
{
	uint32_t next = cpumask_next((int)cpu, cpu_online_mask);

	return next < nr_cpu_ids ? next : cpumask_first(cpu_online_mask);
}

int wqlab_cpu_node(uint32_t cpu)
{
	return cpu_possible(cpu) ? cpu_to_node(cpu) : NUMA_NO_NODE;
}

bool wqlab_node_online(uint32_t node)
{
	return node < MAX_NUMNODES && node_online(node);
}

uint32_t wqlab_this_cpu(void)
{
	return raw_smp_processor_id();
}

const char *wqlab_release(void)
{
	return init_utsname()->release;
}

struct wqlab_context wqlab_current(void)
{
	return (struct wqlab_context){
		.cpu = raw_smp_processor_id(),
		.pid = current->pid,
		.nice = task_nice(current),
		.softirq = in_serving_softirq(),
	};
}

void wqlab_item(struct work_struct *work)
{
	wqlab_item_execute(work, wqlab_current());
}

void wqlab_bare_item(struct work_struct *work)
{
	wqlab_bare_item_execute(work, wqlab_current());
}

uint32_t wqlab_pin_begin(void)
{
	preempt_disable();
	return smp_processor_id();
}

void wqlab_pin_end(void)
{
	preempt_enable();
}
