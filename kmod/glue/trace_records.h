/* SPDX-License-Identifier: GPL-2.0 */
/* What the workqueue's trace events write down, as perf and BPF programs get it. */
#ifndef WQLAB_GLUE_TRACE_RECORDS_H
#define WQLAB_GLUE_TRACE_RECORDS_H

#include "trace.h"

WQLAB_BEGIN_C

struct wqlab_recorded_event {
	enum wqlab_trace_event event;
	uintptr_t work;
	bool names_function;	/* that of activation does not in older kernels */
	uintptr_t function;
	/* Of the queue event only. */
	const char *workqueue;
	int req_cpu;
	int cpu;
};

struct wqlab_trace_records;

/*
 * From now on see() is called for each record of that CPU, which stays online,
 * with interrupts off where the event comes so. NULL: this kernel has no such
 * events or records, or a BPF program is attached to one of them. Sleeps.
 */
struct wqlab_trace_records *wqlab_trace_records_attach(uint32_t cpu,
						       void (*see)(void *listener,
								   const struct wqlab_recorded_event *record),
						       void *listener);
/* A BPF program is attached to one of these events by now: what it says decides whether anybody else gets a record. */
bool wqlab_trace_records_filtered(const struct wqlab_trace_records *records);
/* Once it returns see() is not called, and nobody is in it. NULL: nothing. Sleeps. */
void wqlab_trace_records_detach(struct wqlab_trace_records *records);

WQLAB_END_C

#endif
