/* SPDX-License-Identifier: GPL-2.0 */
/* Clocks, and short waits. */
#ifndef WQLAB_GLUE_TIME_H
#define WQLAB_GLUE_TIME_H

#include "types.h"

WQLAB_BEGIN_C

uint64_t wqlab_now(void);		/* ktime_get_ns(): the same on all CPUs; any context */
uint64_t wqlab_now_anywhere(void);	/* also from within timekeeping; may then step back by a tick */
/*
 * For measuring what is short (lab/clock.hh): whether wqlab_counter() (arch.h)
 * may be read, on any CPU; and what makes nanoseconds of a difference, times
 * mult and shifted right by WQLAB_STAMP_SHIFT. Without it, stamps are wqlab_now().
 */
extern bool wqlab_stamp_is_counter;
extern uint32_t wqlab_stamp_mult;
#define WQLAB_STAMP_SHIFT 22
void wqlab_stamp_init(void);		/* once, before the first stamp; sleeps */
uint64_t wqlab_jiffies(void);
uint64_t wqlab_runtime(void);		/* ns of CPU that current has had, as of its last tick or switch */
uint32_t wqlab_hz(void);
void wqlab_relax(void);			/* cpu_relax(); any context */
void wqlab_resched(void);		/* cond_resched() */
void wqlab_yield(void);			/* schedule(), and stays runnable */
/*
 * Not interruptible; may sleep longer. False if the task never left its CPU:
 * where an interrupt or a host takes the time away, it is over too early.
 */
bool wqlab_sleep(uint64_t ns);

WQLAB_END_C

#endif
