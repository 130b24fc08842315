/* SPDX-License-Identifier: GPL-2.0 */
/* Events, gates and mutexes, in storage of C++'s that layout.h sizes. */
#ifndef WQLAB_GLUE_SYNC_H
#define WQLAB_GLUE_SYNC_H

#include "types.h"

WQLAB_BEGIN_C

struct completion;
struct mutex;
struct lock_class_key;

void wqlab_event_init(struct completion *event);
void wqlab_event_signal(struct completion *event);	/* any context */
/* Consumes one signal; false: none came within ns. UINT64_MAX waits for ever. */
bool wqlab_event_wait(struct completion *event, uint64_t ns);

void wqlab_gate_open(struct completion *gate);	/* for all that wait and will; any context */
void wqlab_gate_close(struct completion *gate);

/* To lockdep all mutexes of one lock_class, a static object, are one lock. */
void wqlab_mutex_init(struct mutex *mutex, const char *name, struct lock_class_key *lock_class);
void wqlab_mutex_destroy(struct mutex *mutex);
void wqlab_mutex_lock(struct mutex *mutex);
/* For a worker: waiting long is no hung task. */
void wqlab_mutex_lock_patiently(struct mutex *mutex);
void wqlab_mutex_unlock(struct mutex *mutex);

WQLAB_END_C

#endif
