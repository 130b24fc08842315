/* SPDX-License-Identifier: GPL-2.0 */
/* All that a trace listens to, and who is meant by what it hears. */
#ifndef WQLAB_GLUE_TRACE_EVENTS_H
#define WQLAB_GLUE_TRACE_EVENTS_H

#include "types.h"

WQLAB_BEGIN_C

/* Who runs at an event. By value: it is two registers. */
struct wqlab_who {
	const char *comm;	/* of the task, 16 bytes; NULL: a softirq that stands for itself */
	uint32_t task;		/* its pid, 0 likewise, and an enum wqlab_trace_context, where a record has them */
	uint32_t cpu;
};

/* A stack that is to be read upwards from a frame: the return address of who has it is one word above. */
struct wqlab_stack {
	uintptr_t frame;
	uintptr_t end;		/* 0: not the task's own, where it ends is not known */
};

/* From now on the kernel calls the functions of upcalls.h for this recorder; 0 or -errno. of_scheduler: its too. */
int wqlab_events_attach(void *recorder, bool of_scheduler);
/* Once it returns they are not called, and nobody is in them. */
void wqlab_events_detach(void *recorder, bool of_scheduler);
/* The n-th tracepoint that is wanted and this kernel lacks; NULL: no more. Sleeps. */
const char *wqlab_events_lack(unsigned int n);

/* The return addresses from here upwards, as the kernel's own unwinder sees them; how many. Any context. */
uint32_t wqlab_stack_walk(uint64_t *addresses, uint32_t most);
/* A word of a stack, so many bytes above its frame, as the walk would have it, or that there is none. Any context. */
#define WQLAB_NO_WORD 0x8000000000000badULL	/* no address, and hardly anything else */
uint64_t wqlab_stack_word(struct wqlab_stack stack, uint32_t above);

WQLAB_END_C

#endif
