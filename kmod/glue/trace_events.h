/* SPDX-License-Identifier: GPL-2.0 */
/* All that a trace listens to, and who is meant by what it hears. */
#ifndef WQLAB_GLUE_TRACE_EVENTS_H
#define WQLAB_GLUE_TRACE_EVENTS_H

#include "types.h"

WQLAB_BEGIN_C

/* Who runs at an event. */
struct wqlab_who {
	uint64_t comm[2];	/* of the task; 0: a softirq that stands for itself */
	int32_t pid;		/* likewise */
	uint32_t cpu;
	uint32_t context;	/* enum wqlab_trace_context */
};

/* A stack that is to be read upwards from a frame: the return address of who has it is one word above. */
struct wqlab_stack {
	uintptr_t frame;
	uintptr_t end;		/* 0: not the task's own, where it ends is not known */
};

/* From now on the kernel calls the functions of upcalls.h for this recorder; 0 or -errno. sleeps: the scheduler too. */
int wqlab_events_attach(void *recorder, bool sleeps);
/* Once it returns they are not called, and nobody is in them. */
void wqlab_events_detach(void *recorder, bool sleeps);
/* The n-th tracepoint that is wanted and this kernel lacks; NULL: no more. Sleeps. */
const char *wqlab_events_lack(unsigned int n);

/* The return addresses from here upwards, as the kernel's own unwinder sees them; how many. Any context. */
uint32_t wqlab_stack_walk(uint64_t *addresses, uint32_t most);
/* A word of a stack, so many bytes above its frame, as the walk would have it; false: there is none. Any context. */
bool wqlab_stack_word(const struct wqlab_stack *stack, uint32_t above, uint64_t *word);

WQLAB_END_C

#endif
