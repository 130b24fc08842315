/* SPDX-License-Identifier: GPL-2.0 */
/* Reading what other people's workqueues are: memory, locks, and what stands for an address. */
#ifndef WQLAB_GLUE_INSPECT_H
#define WQLAB_GLUE_INSPECT_H

#include "types.h"

WQLAB_BEGIN_C

/* Copies from an address that may be anything; false: nothing is there. Any context. */
bool wqlab_peek(void *to, uintptr_t from, size_t size);
/*
 * The kernel's own locks, at addresses found by symbol or layout. Of a mutex it
 * tries for as long as is left, and takes from that what it has waited; false:
 * somebody else had it all the time, or each time, or the caller is being killed.
 */
bool wqlab_lock_mutex_within(uintptr_t lock, uint64_t *left_ns);
void wqlab_unlock_mutex_at(uintptr_t lock);
unsigned long wqlab_lock_raw(uintptr_t lock);	/* disables interrupts */
void wqlab_unlock_raw(uintptr_t lock, unsigned long flags);
/*
 * What stands for an address outside, the same as long as the module is loaded;
 * 0 for none only. identity: as %p prints it, so that it is found in traces and
 * in the kernel's log. Before the kernel has its key %p prints no number; if that
 * was so at init, identities are 32 bits of the hash. hash: 64 bits of a key of
 * our own, so that many do not collide.
 */
void wqlab_hash_init(void);
uint64_t wqlab_identity(uintptr_t address);
uint64_t wqlab_hash(uintptr_t address);

WQLAB_END_C

#endif
