/* SPDX-License-Identifier: GPL-2.0 */
/* A probe of timer_start. It is called through a pointer, whose type CFI compares. */
#ifndef WQLAB_GLUE_TIMER_START_H
#define WQLAB_GLUE_TIMER_START_H

#include <linux/timer.h>

#include "features.h"

/* Timers are due in buckets, which older kernels do not tell. */
#if WQLAB_HAVE_TIMER_BUCKET_EXPIRY
#define WQLAB_TIMER_START_PROBE(name)	static void name(void *data, struct timer_list *timer, unsigned long due)
#else
#define WQLAB_TIMER_START_PROBE(name)	\
	static void name(void *data, struct timer_list *timer, unsigned long due, unsigned int flags)
#endif

#endif
