// SPDX-License-Identifier: GPL-2.0
/*
 * C, because perf's events and the descriptions of trace events are the kernel's
 * structs. A record's fields are found as the kernel itself places them.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/trace_events.h>

#include "symbols.h"
#include "trace_records.h"

#if defined(CONFIG_PERF_EVENTS) && defined(CONFIG_EVENT_TRACING)

enum field { FIELD_WORK, FIELD_FUNCTION, FIELD_WORKQUEUE, FIELD_REQ_CPU, FIELD_CPU, FIELDS };

static const char * const field_names[FIELDS] = { "work", "function", "workqueue", "req_cpu", "cpu" };

static const struct {
	const char *description;
	int fields;	/* the first ones */
	int needed;	/* of these, the first ones: 6.1 names no function of what is activated */
} events[] = {
	[WQLAB_TRACE_QUEUE] = { "event_workqueue_queue_work", FIELDS, FIELDS },
	[WQLAB_TRACE_ACTIVATE] = { "event_workqueue_activate_work", FIELD_FUNCTION + 1, FIELD_WORK + 1 },
	[WQLAB_TRACE_START] = { "event_workqueue_execute_start", FIELD_FUNCTION + 1, FIELD_FUNCTION + 1 },
	[WQLAB_TRACE_END] = { "event_workqueue_execute_end", FIELD_FUNCTION + 1, FIELD_FUNCTION + 1 },
};

struct one {
	struct wqlab_trace_records *all;
	struct trace_event_call *call;
	struct perf_event *event;
	u32 offsets[FIELDS];
};

struct wqlab_trace_records {
	void (*see)(void *listener, const struct wqlab_recorded_event *record);
	void *listener;
	struct one of[ARRAY_SIZE(events)];
};

static u64 load(const struct one *one, const void *record, enum field field, size_t size)
{
	u64 value = 0;

	memcpy(&value, record + one->offsets[field], size);
	return value;
}

static void see_record(struct perf_event *event, struct perf_sample_data *data, struct pt_regs *regs)
{
	struct one *one = event->overflow_handler_context;
	const void *record = data->raw ? data->raw->frag.data : NULL;
	struct wqlab_recorded_event seen = { .event = one - one->all->of };

	if (!record)
		return;
	seen.work = load(one, record, FIELD_WORK, sizeof(void *));
	/* In front of all fields is the entry's head. */
	seen.names_function = one->offsets[FIELD_FUNCTION];
	if (seen.names_function)
		seen.function = load(one, record, FIELD_FUNCTION, sizeof(void *));
	if (seen.event == WQLAB_TRACE_QUEUE) {
		/* Of a string the record has its place in the lower half, behind all fields. */
		seen.workqueue = record + (load(one, record, FIELD_WORKQUEUE, sizeof(u32)) & 0xffff);
		seen.req_cpu = load(one, record, FIELD_REQ_CPU, sizeof(int));
		seen.cpu = load(one, record, FIELD_CPU, sizeof(int));
	}
	one->all->see(one->all->listener, &seen);
}

static bool find_fields(const struct trace_event_call *call, int wanted, int needed, u32 offsets[FIELDS])
{
	const struct trace_event_fields *field = call->class->fields_array;
	u32 offset = sizeof(struct trace_entry);

	for (; field->type && field->type != TRACE_FUNCTION_TYPE; field++) {
		offset = ALIGN(offset, field->align);
		for (int i = 0; i < wanted; i++)
			if (!strcmp(field->name, field_names[i]))
				offsets[i] = offset;
		offset += field->size;
	}
	for (int i = 0; i < needed; i++)
		if (!offsets[i])
			return false;
	return true;
}

static bool attach(struct one *one, int which, int cpu)
{
	struct trace_event_call *call = (void *)wqlab_symbol(events[which].description);
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
	};

	if (!call || !find_fields(call, events[which].fields, events[which].needed, one->offsets))
		return false;
	one->call = call;
	if (bpf_prog_array_valid(call))
		return false;
	attr.config = call->event.type;
	one->event = perf_event_create_kernel_counter(&attr, cpu, NULL, see_record, one);
	if (IS_ERR(one->event))
		one->event = NULL;
	return one->event;
}

struct wqlab_trace_records *wqlab_trace_records_attach(uint32_t cpu,
						       void (*see)(void *listener,
								   const struct wqlab_recorded_event *record),
						       void *listener)
{
	struct wqlab_trace_records *records = kzalloc(sizeof(*records), GFP_KERNEL);

	if (!records)
		return NULL;
	records->see = see;
	records->listener = listener;
	for (int i = 0; i < ARRAY_SIZE(events); i++) {
		records->of[i].all = records;
		if (!attach(&records->of[i], i, cpu)) {
			wqlab_trace_records_detach(records);
			return NULL;
		}
	}
	return records;
}

bool wqlab_trace_records_filtered(const struct wqlab_trace_records *records)
{
	bool filtered = false;

	for (int i = 0; i < ARRAY_SIZE(events); i++)
		filtered |= bpf_prog_array_valid(records->of[i].call);
	return filtered;
}

void wqlab_trace_records_detach(struct wqlab_trace_records *records)
{
	if (!records)
		return;
	for (int i = 0; i < ARRAY_SIZE(events); i++)
		if (records->of[i].event)
			perf_event_release_kernel(records->of[i].event);
	kfree(records);
}

#else

struct wqlab_trace_records *wqlab_trace_records_attach(uint32_t cpu,
						       void (*see)(void *listener,
								   const struct wqlab_recorded_event *record),
						       void *listener)
{
	return NULL;
}

bool wqlab_trace_records_filtered(const struct wqlab_trace_records *records)
{
	return false;
}

void wqlab_trace_records_detach(struct wqlab_trace_records *records)
{
}

#endif
