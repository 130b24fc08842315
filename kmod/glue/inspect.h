/* SPDX-License-Identifier: GPL-2.0 */
/* Reading what other people's workqueues are: memory, locks, tasks and masks of the kernel's. */
#ifndef WQLAB_GLUE_INSPECT_H
#define WQLAB_GLUE_INSPECT_H

#include "types.h"

WQLAB_BEGIN_C

/* Copies from an address that may be anything; false: nothing is there. Any context. */
bool wqlab_peek(void *to, uintptr_t from, size_t size);
/* The kernel's own locks, at addresses found by symbol or layout. */
void wqlab_lock_mutex_at(uintptr_t lock);
void wqlab_unlock_mutex_at(uintptr_t lock);
unsigned long wqlab_lock_raw(uintptr_t lock);	/* disables interrupts */
void wqlab_unlock_raw(uintptr_t lock, unsigned long flags);
/* The entry with the lowest id from *id on, 0: none. The caller keeps entries from going. */
uintptr_t wqlab_idr_next(uintptr_t idr, int *id);
uintptr_t wqlab_per_cpu(uintptr_t variable, uint32_t cpu);
uint64_t wqlab_jiffies(void);
uint64_t wqlab_jiffies_to_ns(uint64_t n);
uint32_t wqlab_hz(void);
/* What stands for an address outside: as %p prints it; and a faster one of our own. */
uint64_t wqlab_identity(uintptr_t address);
void wqlab_hash_init(void);
uint64_t wqlab_hash(uintptr_t address);

struct wqlab_task {
	char command[16];
	uintptr_t cpus;		/* its cpumask */
	uint64_t runtime_ns;	/* up to its last tick or switch */
	int32_t pid;
	int32_t cpu;
	int32_t nice;
	bool runnable;
	bool on_cpu;
};
/* False: there is no task at that address. Any context. */
bool wqlab_look_at_task(uintptr_t task, struct wqlab_task *look);

/* Addresses of CPU masks, each of nr_cpu_ids bits. */
uintptr_t wqlab_possible_cpus(void);
uintptr_t wqlab_online_cpus(void);
uintptr_t wqlab_node_cpus(uint32_t node);
uint32_t wqlab_nr_nodes(void);		/* nr_node_ids */
bool wqlab_node_possible(uint32_t node);

WQLAB_END_C

#endif
