/* SPDX-License-Identifier: GPL-2.0 */
/* What C++ implements, and the .c files call. */
#ifndef WQLAB_GLUE_UPCALLS_H
#define WQLAB_GLUE_UPCALLS_H

#include "types.h"
#include "context.h"
#include "kernel_functions.h"
#include "trace.h"
#include "trace_events.h"

WQLAB_BEGIN_C

struct work_struct;

/* Loading: 0 or -errno. */
int wqlab_init(void);
void wqlab_exit(void);

/* An item of a run executes: wqlab_item() and wqlab_bare_item() (context.h) tell who runs. In a worker or a softirq. */
void wqlab_item_execute(struct work_struct *work, struct wqlab_context context);
void wqlab_bare_item_execute(struct work_struct *work, struct wqlab_context context);

/*
 * Tracepoints, with interrupts off: any work item of the machine. Addresses,
 * because nobody says that what they point to is there: pwq and work of queue,
 * and work of start, are; nothing else is. Worker: who executes it.
 */
void wqlab_trace_queue(void *recorder, uint32_t cpu, uintptr_t pwq, uintptr_t work);
void wqlab_trace_activate(void *recorder, uint32_t cpu, uintptr_t work);
void wqlab_trace_start(void *recorder, uint32_t cpu, uintptr_t work, uintptr_t worker);
void wqlab_trace_end(void *recorder, uint32_t cpu, uintptr_t work, uintptr_t worker, uintptr_t function);
void wqlab_trace_seen(void *observer, uintptr_t work, enum wqlab_trace_event event,
		      const struct wqlab_trace_fields *fields);

/*
 * The same for a trace, and more. Worker: its struct, which is there, but for
 * wake's, if is_there does not say so. Work of start is, and all of queue.
 */
void wqlab_event_queue(void *recorder, struct wqlab_who who, uintptr_t pwq, uintptr_t work, int cpu,
		       struct wqlab_stack stack);
void wqlab_event_activate(void *recorder, struct wqlab_who who, uintptr_t work);
void wqlab_event_start(void *recorder, struct wqlab_who who, uintptr_t work);
void wqlab_event_end(void *recorder, struct wqlab_who who, uintptr_t work, uintptr_t function);
void wqlab_event_sleep(void *recorder, struct wqlab_who who, uintptr_t worker, uint32_t state);
void wqlab_event_wake(void *recorder, struct wqlab_who who, uintptr_t worker, bool is_there);
void wqlab_event_exit(void *recorder, struct wqlab_who who, bool is_worker);
void wqlab_event_call(void *recorder, struct wqlab_who who, const struct wqlab_kernel_call *call);

/* A generic-netlink socket of the initial namespace closed. Requests are netlink/upcalls.h. */
void wqlab_nl_socket_closed(uint32_t portid);

WQLAB_END_C

#endif
