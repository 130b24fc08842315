// SPDX-License-Identifier: GPL-2.0
/* C, because CPU and node masks are macros. */
#include <linux/cpumask.h>
#include <linux/nodemask.h>
#include <linux/topology.h>
#include <linux/utsname.h>

#include "cpu.h"

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

uint32_t wqlab_nr_nodes(void)
{
	return nr_node_ids;
}

uint32_t wqlab_max_nodes(void)
{
	return MAX_NUMNODES;
}

bool wqlab_node_online(uint32_t node)
{
	return node < MAX_NUMNODES && node_online(node);
}

const char *wqlab_release(void)
{
	return init_utsname()->release;
}

bool wqlab_knows_smt(void)
{
	return IS_ENABLED(CONFIG_SCHED_SMT);
}
