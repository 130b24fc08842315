// SPDX-License-Identifier: GPL-2.0
/*
 * C, because probes have the kernel's own types, and interrupts and current are
 * macros. trace.c says in which contexts the workqueue's tracepoints fire. Those
 * of the scheduler fire with interrupts off, under a runqueue's lock or the
 * task's: nothing here may wake anybody.
 */
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "../uapi/wqlab.h"
#include "trace_events.h"
#include "tracepoints.h"
#include "upcalls.h"

struct pool_workqueue;

static uint32_t context(void)
{
	if (in_nmi())
		return WQLAB_TRACE_CONTEXT_NMI;
	if (in_hardirq())
		return WQLAB_TRACE_CONTEXT_HARDIRQ;
	return in_serving_softirq() ? WQLAB_TRACE_CONTEXT_SOFTIRQ : WQLAB_TRACE_CONTEXT_TASK;
}

static struct wqlab_who who_is(const struct task_struct *task, uint32_t context)
{
	struct wqlab_who who = { .pid = task->pid, .cpu = smp_processor_id(), .context = context };

	BUILD_BUG_ON(sizeof(who.comm) != TASK_COMM_LEN);
	memcpy(who.comm, task->comm, sizeof(who.comm));
	return who;
}

/* Who executes an item: of a BH workqueue it is the softirq, whomever that interrupts. */
static struct wqlab_who worker(void)
{
	if (in_serving_softirq())
		return (struct wqlab_who){ .cpu = smp_processor_id(), .context = WQLAB_TRACE_CONTEXT_SOFTIRQ };
	return who_is(current, WQLAB_TRACE_CONTEXT_TASK);
}

static void on_queue(void *recorder, int req_cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	const struct wqlab_who who = who_is(current, context());
	const uintptr_t frame = (uintptr_t)__builtin_frame_address(0), begin = (uintptr_t)task_stack_page(current);
	const struct wqlab_stack stack = {
		.frame = frame,
		.end = frame - begin < THREAD_SIZE ? begin + THREAD_SIZE : 0,
	};

	wqlab_event_queue(recorder, &who, (uintptr_t)pwq, (uintptr_t)work, req_cpu, &stack);
}

static void on_activate(void *recorder, struct work_struct *work)
{
	const struct wqlab_who who = who_is(current, context());

	wqlab_event_activate(recorder, &who, (uintptr_t)work);
}

static void on_start(void *recorder, struct work_struct *work)
{
	struct wqlab_who who;
	unsigned long flags;

	local_irq_save(flags);
	who = worker();
	wqlab_event_start(recorder, &who, (uintptr_t)work);
	local_irq_restore(flags);
}

static void on_end(void *recorder, struct work_struct *work, work_func_t function)
{
	struct wqlab_who who;
	unsigned long flags;

	local_irq_save(flags);
	who = worker();
	wqlab_event_end(recorder, &who, (uintptr_t)work, (uintptr_t)function);
	local_irq_restore(flags);
}

static void on_switch(void *recorder, bool preempt, struct task_struct *prev, struct task_struct *next,
		      unsigned int state)
{
	struct wqlab_who who;

	if (likely(!(prev->flags & PF_WQ_WORKER)) || preempt || !state)
		return;
	who = who_is(prev, WQLAB_TRACE_CONTEXT_TASK);
	wqlab_event_sleep(recorder, &who, (uintptr_t)kthread_data(prev), state);
}

static void on_wakeup(void *recorder, struct task_struct *task)
{
	struct wqlab_who who;
	unsigned long flags;

	if (likely(!(task->flags & PF_WQ_WORKER)))
		return;
	local_irq_save(flags);
	who = who_is(task, context());
	wqlab_event_wake(recorder, &who, (uintptr_t)kthread_data(task));
	local_irq_restore(flags);
}

/* A worker has done with its workqueues before it ends, and no flag of the task says any more what it was. */
static void on_exit(void *recorder, struct task_struct *task)
{
	struct wqlab_who who;
	unsigned long flags;

	if (!(task->flags & PF_KTHREAD) || strncmp(task->comm, "kworker/", 8))
		return;
	local_irq_save(flags);
	who = who_is(task, WQLAB_TRACE_CONTEXT_TASK);
	wqlab_event_exit(recorder, &who);
	local_irq_restore(flags);
}

/* In the order of attaching: who is queued will be seen to start, and to end. */
static const struct wqlab_probe probes[] = {
	{ "workqueue_execute_end", on_end },
	{ "workqueue_execute_start", on_start },
	{ "workqueue_activate_work", on_activate },
	{ "workqueue_queue_work", on_queue },
	{ "sched_wakeup", on_wakeup },
	{ "sched_switch", on_switch },
	{ "sched_process_exit", on_exit },
};

enum { OF_WORKQUEUES = 4 };

static unsigned int count(bool sleeps)
{
	return sleeps ? ARRAY_SIZE(probes) : OF_WORKQUEUES;
}

const char *wqlab_events_lack(unsigned int n)
{
	return wqlab_probes_lack(probes, ARRAY_SIZE(probes), n);
}

int wqlab_events_attach(void *recorder, bool sleeps)
{
	return wqlab_probes_attach(probes, count(sleeps), recorder);
}

void wqlab_events_detach(void *recorder, bool sleeps)
{
	wqlab_probes_detach(probes, count(sleeps), recorder);
}

uint32_t wqlab_stack_walk(uint64_t *addresses, uint32_t most)
{
	BUILD_BUG_ON(sizeof(*addresses) != sizeof(unsigned long));
#ifdef CONFIG_STACKTRACE
	return stack_trace_save((unsigned long *)addresses, most, 0);
#else
	return 0;
#endif
}

/* Return addresses may be signed, where they stand. */
#ifdef ptrauth_strip_kernel_insn_pac
#define stripped(word) ptrauth_strip_kernel_insn_pac(word)
#else
#define stripped(word) (word)
#endif

bool wqlab_stack_word(const struct wqlab_stack *stack, uint32_t above, uint64_t *word)
{
	const uintptr_t at = stack->frame + above;

	if (stack->end ? at + sizeof(*word) > stack->end :
			 copy_from_kernel_nofault(word, (const void *)at, sizeof(*word)) != 0)
		return false;
	/* It is nobody's variable. */
	if (stack->end)
		*word = READ_ONCE_NOCHECK(*(const unsigned long *)at);
	*word = stripped(*word);
	return true;
}
