/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counter that all CPUs share, if there is one: what the kernel's own clock
 * is made of, without the clock. The one file that knows which processor this
 * is: how the counter and a stack are read is for C++ (lab/clock.hh,
 * trace/callers.cc), inline, because they are for every item; whether the counter
 * may be, and how fast it ticks, for time.c.
 */
#ifndef WQLAB_GLUE_ARCH_H
#define WQLAB_GLUE_ARCH_H

#include "types.h"

/* A return address stands on a stack as it is: nobody signs it. */
#if defined(__x86_64__)
#define WQLAB_STACK_IS_PLAIN 1
#else
#define WQLAB_STACK_IS_PLAIN 0
#endif

WQLAB_BEGIN_C

#if defined(__x86_64__)

/* Not before what comes before it: the fence, as in rdtsc_ordered(). */
static inline uint64_t wqlab_counter(void)
{
	uint64_t low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return high << 32 | low;
}

#elif defined(__aarch64__)

/*
 * linux/clocksource/arm_arch_timer.h: the kernel's own function, because some
 * processors' counters must be read twice, and where it is a hypervisor they
 * are read by another name. Ordered as above, by an ISB.
 */
#ifdef __cplusplus
extern unsigned long long (*arch_timer_read_counter)(void);
#else
#include <clocksource/arm_arch_timer.h>
#endif

static inline uint64_t wqlab_counter(void)
{
	return arch_timer_read_counter();
}

#else

static inline uint64_t wqlab_counter(void)
{
	return 0;
}

#endif

WQLAB_END_C

#ifndef __cplusplus
#if defined(__x86_64__)
#include <asm/tsc.h>

/* Hz. 0: it may not be used: it was marked unstable, so CPUs' counters differ or tick differently. */
static inline uint64_t wqlab_counter_rate(void)
{
	return check_tsc_unstable() ? 0 : tsc_khz * 1000ULL;
}

#elif defined(__aarch64__)
#include <asm/arch_timer.h>

/*
 * The architecture promises one counter for all CPUs. Its rate is what firmware
 * wrote into CNTFRQ_EL0, which is wrong on machines whose device tree corrects
 * it: wqlab_stamp_init() compares.
 */
static inline uint64_t wqlab_counter_rate(void)
{
	return arch_timer_get_cntfrq();
}

#else

static inline uint64_t wqlab_counter_rate(void)
{
	return 0;
}

#endif
#endif

#endif
