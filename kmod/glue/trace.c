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
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "trace.h"
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

static void seen(void *observer, struct work_struct *work, enum wqlab_trace_event event)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_trace_seen(observer, (uintptr_t)work, event);
	local_irq_restore(flags);
}

static void see_queue(void *observer, int req_cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_QUEUE);
}

static void see_activate(void *observer, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_ACTIVATE);
}

static void see_start(void *observer, struct work_struct *work)
{
	seen(observer, work, WQLAB_TRACE_START);
}

static void see_end(void *observer, struct work_struct *work, work_func_t function)
{
	seen(observer, work, WQLAB_TRACE_END);
}

enum listener { RECORDER, OBSERVER };

/* In the order of attaching: who is queued will be seen to start, and to end. */
static const struct {
	const char *name;
	void *probes[2];	/* by enum listener */
} wanted[] = {
	{ "workqueue_execute_end", { probe_end, see_end } },
	{ "workqueue_execute_start", { probe_start, see_start } },
	{ "workqueue_activate_work", { probe_activate, see_activate } },
	{ "workqueue_queue_work", { probe_queue, see_queue } },
};

struct search {
	struct tracepoint *found[ARRAY_SIZE(wanted)];
};

#ifdef CONFIG_TRACEPOINTS
static void look_at(struct tracepoint *point, void *data)
{
	struct search *search = data;

	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strcmp(point->name, wanted[i].name))
			search->found[i] = point;
}
#endif

/* Of the kernel itself: they stay. */
static struct search find_all(void)
{
	struct search search = { };

#ifdef CONFIG_TRACEPOINTS
	for_each_kernel_tracepoint(look_at, &search);
#endif
	return search;
}

const char *wqlab_trace_lacks(unsigned int n)
{
	struct search search = find_all();

	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!search.found[i] && !n--)
			return wanted[i].name;
	return NULL;
}

static void detach_last(struct search *search, unsigned int n, enum listener kind, void *listener)
{
#ifdef CONFIG_TRACEPOINTS
	while (n--)
		tracepoint_probe_unregister(search->found[n], wanted[n].probes[kind], listener);
	tracepoint_synchronize_unregister();
#endif
}

static int attach(enum listener kind, void *listener)
{
#ifdef CONFIG_TRACEPOINTS
	struct search search = find_all();

	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		int error = search.found[i] ? tracepoint_probe_register(search.found[i], wanted[i].probes[kind],
									listener) : -EOPNOTSUPP;

		if (error) {
			detach_last(&search, i, kind, listener);
			return error;
		}
	}
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

static void detach(enum listener kind, void *listener)
{
	struct search search = find_all();

	detach_last(&search, ARRAY_SIZE(wanted), kind, listener);
}

int wqlab_trace_attach(void *recorder)
{
	return attach(RECORDER, recorder);
}

void wqlab_trace_detach(void *recorder)
{
	detach(RECORDER, recorder);
}

int wqlab_trace_observe(void *observer)
{
	return attach(OBSERVER, observer);
}

void wqlab_trace_ignore(void *observer)
{
	detach(OBSERVER, observer);
}
