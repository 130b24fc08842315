// SPDX-License-Identifier: GPL-2.0
/*
 * C, because probes have the kernel's own types, and interrupts and current are
 * macros.
 *
 * workqueue_queue_work and workqueue_activate_work fire under a pool's lock,
 * with interrupts off. workqueue_execute_start and _end fire with nothing held:
 * in 6.12 with preemption off, where SRCU guards probes (7.3) not even that.
 * All four may take the same lock, so those two turn interrupts off.
 */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "trace.h"
#include "tracepoints.h"
#include "upcalls.h"

struct pool_workqueue;

static void probe_queue(void *recorder, int req_cpu, struct pool_workqueue *pwq,
			struct work_struct *work)
{
	wqlab_trace_queue(recorder, smp_processor_id(), (uintptr_t)pwq, (uintptr_t)work);
}

static void probe_activate(void *recorder, struct work_struct *work)
{
	wqlab_trace_activate(recorder, smp_processor_id(), (uintptr_t)work);
}

/* The task, and whether a softirq has interrupted what it does for itself. */
static uintptr_t worker(void)
{
	return (uintptr_t)current | (in_serving_softirq() ? WQLAB_WORKER_IS_SOFTIRQ : 0);
}

static void probe_start(void *recorder, struct work_struct *work)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_trace_start(recorder, smp_processor_id(), (uintptr_t)work, worker());
	local_irq_restore(flags);
}

static void probe_end(void *recorder, struct work_struct *work, work_func_t function)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_trace_end(recorder, smp_processor_id(), (uintptr_t)work, worker(), (uintptr_t)function);
	local_irq_restore(flags);
}

static void seen(void *observer, struct work_struct *work, enum wqlab_trace_event event,
		 struct wqlab_trace_fields fields)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_trace_seen(observer, (uintptr_t)work, event, &fields);
	local_irq_restore(flags);
}

static void see_queue(void *observer, int req_cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_QUEUE,
	     (struct wqlab_trace_fields){ .req_cpu = req_cpu, .pwq = (uintptr_t)pwq });
}

static void see_activate(void *observer, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_ACTIVATE, (struct wqlab_trace_fields){ });
}

static void see_start(void *observer, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_START, (struct wqlab_trace_fields){ });
}

static void see_end(void *observer, struct work_struct *work, work_func_t function)
{
	seen(observer, work, WQLAB_TRACE_END, (struct wqlab_trace_fields){ .function = (uintptr_t)function });
}

uint32_t wqlab_cpu_unbound(void)
{
	return WORK_CPU_UNBOUND;
}

/* In the order of attaching: who is queued will be seen to start, and to end. */
static const struct wqlab_probe recorders[] = {
	{ "workqueue_execute_end", probe_end },
	{ "workqueue_execute_start", probe_start },
	{ "workqueue_activate_work", probe_activate },
	{ "workqueue_queue_work", probe_queue },
};

static const struct wqlab_probe observers[] = {
	{ "workqueue_execute_end", see_end },
	{ "workqueue_execute_start", see_start },
	{ "workqueue_activate_work", see_activate },
	{ "workqueue_queue_work", see_queue },
};

const char *wqlab_trace_lacks(unsigned int n)
{
	return wqlab_probes_lack(recorders, ARRAY_SIZE(recorders), n);
}

int wqlab_trace_attach(void *recorder)
{
	return wqlab_probes_attach(recorders, ARRAY_SIZE(recorders), recorder);
}

void wqlab_trace_detach(void *recorder)
{
	wqlab_probes_detach(recorders, ARRAY_SIZE(recorders), recorder);
}

int wqlab_trace_observe(void *observer)
{
	return wqlab_probes_attach(observers, ARRAY_SIZE(observers), observer);
}

void wqlab_trace_ignore(void *observer)
{
	wqlab_probes_detach(observers, ARRAY_SIZE(observers), observer);
}
