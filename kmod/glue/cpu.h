/* SPDX-License-Identifier: GPL-2.0 */
/* The machine's CPUs and nodes. Any context. */
#ifndef WQLAB_GLUE_CPU_H
#define WQLAB_GLUE_CPU_H

#include "types.h"

WQLAB_BEGIN_C

uint32_t wqlab_nr_cpus(void);		/* nr_cpu_ids */
bool wqlab_cpu_online(uint32_t cpu);
/* The first online CPU after cpu, wrapping; cpu may be UINT32_MAX. */
uint32_t wqlab_next_online_cpu(uint32_t cpu);
int wqlab_cpu_node(uint32_t cpu);
uint32_t wqlab_nr_nodes(void);		/* nr_node_ids */
uint32_t wqlab_max_nodes(void);		/* MAX_NUMNODES: what a map of nodes has room for */
bool wqlab_node_online(uint32_t node);
bool wqlab_knows_smt(void);		/* CONFIG_SCHED_SMT */
const char *wqlab_release(void);	/* utsname()->release */

WQLAB_END_C

#endif
