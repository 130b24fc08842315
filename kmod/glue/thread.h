/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel threads, and how they wait. */
#ifndef WQLAB_GLUE_THREAD_H
#define WQLAB_GLUE_THREAD_H

#include "types.h"

WQLAB_BEGIN_C

struct task_struct;

/*
 * The kernel's own, on every item's path, so that even a jump would count. C
 * sees their real declarations too: these can't differ.
 */
int wake_up_process(struct task_struct *thread);	/* any context */
void schedule(void);

/* Not running yet; cpu -1: anywhere. NULL when there is no memory or thread. */
struct task_struct *wqlab_thread_create(void (*main)(void *), void *argument,
					int cpu, const char *name);
/* Waits for main's return and releases the thread; one that has not run yet never does. */
void wqlab_thread_stop(struct task_struct *thread);
/*
 * From begin to end current is killed, as somebody may be who waits for the
 * kernel: what is killable gives up at once. It can't sleep in between unless
 * that does not care.
 */
void wqlab_killed_begin(void);
void wqlab_killed_end(void);
/* From now on the caller does not preempt whom it finds running when it wakes up: SCHED_BATCH. */
void wqlab_thread_batch(void);
/*
 * The sleeper's half of a wake-up: prepare, look at the condition, then
 * schedule() or, if there is something to do, cancel.
 */
void wqlab_sleep_prepare(void);
void wqlab_sleep_commit_until(uint64_t deadline);	/* wqlab_now() time */
void wqlab_sleep_cancel(void);
bool wqlab_thread_sleeps(uintptr_t task);	/* wqlab_current_task()'s, which has not been stopped; any context */

/* That thread, by its number as the caller has it; it is there until it is put, ended or not. NULL: there is none. */
struct task_struct *wqlab_thread_get(int32_t pid);
void wqlab_thread_put(struct task_struct *thread);
bool wqlab_thread_is_ending(const struct task_struct *thread);	/* it does nothing else any more; any context */
bool wqlab_thread_is_fixed(const struct task_struct *thread);	/* user space can't say where it may run */
/* It may run on that CPU only, a worker of another one, too. False: that can't be. Sleeps until it does. */
bool wqlab_thread_confine(struct task_struct *thread, uint32_t cpu);
uint64_t wqlab_thread_cpus(struct task_struct *thread);	/* where it may run, of the first 64 */
bool wqlab_thread_has_ended(struct task_struct *thread);

WQLAB_END_C

#endif
