// SPDX-License-Identifier: GPL-2.0
/* C, because completions and mutexes are macros. */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>

#include "sync.h"

void wqlab_event_init(struct completion *event)
{
	init_completion(event);
}

void wqlab_event_signal(struct completion *event)
{
	complete(event);
}

bool wqlab_event_wait(struct completion *event, uint64_t ns)
{
	if (ns == U64_MAX) {
		/* Interruptible only so that an idle thread is no load. */
		while (wait_for_completion_interruptible(event))
			;
		return true;
	}
	return wait_for_completion_interruptible_timeout(event, nsecs_to_jiffies(ns) + 1) > 0;
}

void wqlab_gate_open(struct completion *gate)
{
	complete_all(gate);
}

void wqlab_gate_close(struct completion *gate)
{
	reinit_completion(gate);
}

void wqlab_mutex_init(struct mutex *mutex, const char *name, struct lock_class_key *lock_class)
{
	__mutex_init(mutex, name, lock_class);
}

void wqlab_mutex_destroy(struct mutex *mutex)
{
	mutex_destroy(mutex);
}

void wqlab_mutex_lock(struct mutex *mutex)
{
	mutex_lock(mutex);
}

void wqlab_mutex_lock_patiently(struct mutex *mutex)
{
	/* Kernel threads get no signals: this only changes how the wait is seen. */
	while (mutex_lock_interruptible(mutex))
		;
}

void wqlab_mutex_unlock(struct mutex *mutex)
{
	mutex_unlock(mutex);
}
