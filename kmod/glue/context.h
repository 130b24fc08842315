/* SPDX-License-Identifier: GPL-2.0 */
/* Who runs, where, and in which kind of context; and contexts made on purpose. */
#ifndef WQLAB_GLUE_CONTEXT_H
#define WQLAB_GLUE_CONTEXT_H

#include "types.h"

WQLAB_BEGIN_C

struct work_struct;

struct wqlab_context {
	uint32_t cpu;	/* a hint unless pinned or not preemptible */
	int32_t pid;
	int32_t nice;
	uint32_t softirq;
};
struct wqlab_context wqlab_current(void);
uint32_t wqlab_this_cpu(void);		/* a hint unless pinned or not preemptible */
void wqlab_current_command(char command[16]);
uint32_t wqlab_current_state(void);	/* 0: TASK_RUNNING, which is not to say that it has the CPU */
uint64_t wqlab_current_cpus(void);	/* where current may run, of the first 64 */
/* Moves current to that CPU, and lets it be moved again wherever it might be before. False: it can't. Sleeps. */
bool wqlab_move_to(uint32_t cpu);
uintptr_t wqlab_current_task(void);	/* its struct task_struct. Any context. */
/* The struct worker of the current task, 0: it is none. Any context. */
uintptr_t wqlab_current_worker(void);
/* How many softirqs of tasklets, and so of BH items, this CPU has begun. Not preemptible. */
uint64_t wqlab_softirqs_of_tasklets(void);
bool wqlab_in_hardirq(void);
bool wqlab_in_softirq(void);
bool wqlab_in_task(void);
bool wqlab_irqs_are_off(void);		/* of this CPU */
uint32_t wqlab_preempt_word(void);	/* preempt_count(): sections with preemption and softirqs off, and interrupts */

/*
 * The work functions of runs' items, which go on in load/item.cc (upcalls.h).
 * They begin in C, where who runs can be told without a call: an empty item
 * feels each.
 */
void wqlab_item(struct work_struct *work);
void wqlab_bare_item(struct work_struct *work);

/* From begin to end nothing else of this CPU runs in the same kind of context. */
uint32_t wqlab_pin_begin(void);		/* the CPU */
void wqlab_pin_end(void);
/* The caller balances them. No-ops unless wqlab_preempt_is_counted(). */
void wqlab_preempt_disable(void);
void wqlab_preempt_enable(void);
bool wqlab_preempt_is_counted(void);	/* CONFIG_PREEMPT_COUNT */
bool wqlab_atomic_sleep_is_reported(void);	/* CONFIG_DEBUG_ATOMIC_SLEEP */

/* Call the function and return when it has; the first one interrupts this CPU, and sleeps until then. */
void wqlab_call_in_hardirq(void (*function)(void *argument), void *argument);
/* In a timer of this CPU, which is a softirq; sleeps. False: no memory, and it was not called. */
bool wqlab_call_in_timer(void (*function)(void *argument), void *argument);
/* In a softirq that comes upon the current task. Sleeps. False: it came upon another one, and was not called. */
bool wqlab_call_in_own_softirq(void (*function)(void *argument), void *argument);
void wqlab_call_with_bh_off(void (*function)(void *argument), void *argument);
void wqlab_call_with_irqs_off(void (*function)(void *argument), void *argument);

WQLAB_END_C

#endif
