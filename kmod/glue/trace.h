/* SPDX-License-Identifier: GPL-2.0 */
/* The four tracepoints of the workqueue code. */
#ifndef WQLAB_GLUE_TRACE_H
#define WQLAB_GLUE_TRACE_H

#include "types.h"

WQLAB_BEGIN_C

/* Of the address that stands for who executes an item: it is a softirq of that task. */
#define WQLAB_WORKER_IS_SOFTIRQ 1

enum wqlab_trace_event { WQLAB_TRACE_QUEUE, WQLAB_TRACE_ACTIVATE, WQLAB_TRACE_START, WQLAB_TRACE_END };

/* What an event says of the item; what it does not say is 0. */
struct wqlab_trace_fields {
	uint32_t req_cpu;	/* queue; WORK_CPU_UNBOUND as wqlab_cpu_unbound() */
	uintptr_t pwq;		/* queue; it is there */
	uintptr_t function;	/* end */
};
uint32_t wqlab_cpu_unbound(void);	/* any context */

/* The i-th tracepoint that is wanted and this kernel lacks; NULL: no more. Sleeps. */
const char *wqlab_trace_lacks(unsigned int i);
/* From now on the kernel calls the four functions of upcalls.h for this recorder; 0 or -errno. */
int wqlab_trace_attach(void *recorder);
/* Once it returns they are not called, and nobody is in them. */
void wqlab_trace_detach(void *recorder);
/* For who wants to know what happens in which order: the kernel calls wqlab_trace_seen() for it. */
int wqlab_trace_observe(void *observer);
void wqlab_trace_ignore(void *observer);

WQLAB_END_C

#endif
