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
#include <linux/threads.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "../uapi/wqlab.h"
#include "process_exit.h"
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

static __always_inline struct wqlab_who who_is(const struct task_struct *task, uint32_t context)
{
	BUILD_BUG_ON(sizeof(task->comm) != WQLAB_TRACE_COMM_LEN || PID_MAX_LIMIT > 1 << WQLAB_TRACE_CONTEXT_SHIFT);
	return (struct wqlab_who){
		.comm = task->comm,
		.task = task->pid | context << WQLAB_TRACE_CONTEXT_SHIFT,
		.cpu = smp_processor_id(),
	};
}

/* Who executes an item: of a BH workqueue it is the softirq, whomever that interrupts. */
static __always_inline struct wqlab_who worker(void)
{
	if (in_serving_softirq())
		return (struct wqlab_who){
			.task = WQLAB_TRACE_CONTEXT_SOFTIRQ << WQLAB_TRACE_CONTEXT_SHIFT,
			.cpu = smp_processor_id(),
		};
	return who_is(current, WQLAB_TRACE_CONTEXT_TASK);
}

static void on_queue(void *recorder, int req_cpu, struct pool_workqueue *pwq, struct work_struct *work)
{
	const uintptr_t frame = (uintptr_t)__builtin_frame_address(0), begin = (uintptr_t)task_stack_page(current);

	wqlab_event_queue(recorder, who_is(current, context()), (uintptr_t)pwq, (uintptr_t)work, req_cpu,
			  (struct wqlab_stack){
				  .frame = frame,
				  .end = frame - begin < THREAD_SIZE ? begin + THREAD_SIZE : 0,
			  });
}

static void on_activate(void *recorder, struct work_struct *work)
{
	wqlab_event_activate(recorder, who_is(current, context()), (uintptr_t)work);
}

static void on_start(void *recorder, struct work_struct *work)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_event_start(recorder, worker(), (uintptr_t)work);
	local_irq_restore(flags);
}

static void on_end(void *recorder, struct work_struct *work, work_func_t function)
{
	unsigned long flags;

	local_irq_save(flags);
	wqlab_event_end(recorder, worker(), (uintptr_t)work, (uintptr_t)function);
	local_irq_restore(flags);
}

static void on_switch(void *recorder, bool preempt, struct task_struct *prev, struct task_struct *next,
		      unsigned int state)
{
	if (likely(!(prev->flags & PF_WQ_WORKER)) || preempt || !state)
		return;
	wqlab_event_sleep(recorder, who_is(prev, WQLAB_TRACE_CONTEXT_TASK), (uintptr_t)kthread_data(prev), state);
}

/* The lock that is held keeps it from getting a CPU. One that has one may be about to end, and its worker with it. */
static bool stands_still(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return !READ_ONCE(task->on_cpu);
#else
	return task != current;
#endif
}

static void on_wakeup(void *recorder, struct task_struct *task)
{
	unsigned long flags;

	if (likely(!(task->flags & PF_WQ_WORKER)))
		return;
	local_irq_save(flags);
	wqlab_event_wake(recorder, who_is(task, context()), (uintptr_t)kthread_data(task), stands_still(task));
	local_irq_restore(flags);
}

/* A worker has done with its workqueues before it ends, and no flag of the task says any more what it was. */
WQLAB_PROCESS_EXIT_PROBE(on_exit)
{
	unsigned long flags;

	if (!(task->flags & PF_KTHREAD))
		return;
	local_irq_save(flags);
	wqlab_event_exit(data, who_is(task, WQLAB_TRACE_CONTEXT_TASK), !strncmp(task->comm, "kworker/", 8));
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

static unsigned int count(bool of_scheduler)
{
	return of_scheduler ? ARRAY_SIZE(probes) : OF_WORKQUEUES;
}

const char *wqlab_events_lack(unsigned int n)
{
	return wqlab_probes_lack(probes, ARRAY_SIZE(probes), n);
}

int wqlab_events_attach(void *recorder, bool of_scheduler)
{
	return wqlab_probes_attach(probes, count(of_scheduler), recorder);
}

void wqlab_events_detach(void *recorder, bool of_scheduler)
{
	wqlab_probes_detach(probes, count(of_scheduler), recorder);
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

uint64_t wqlab_stack_word(struct wqlab_stack stack, uint32_t above)
{
	const uintptr_t at = stack.frame + above;
	unsigned long word;

	if (!stack.end)
		return copy_from_kernel_nofault(&word, (const void *)at, sizeof(word)) ? WQLAB_NO_WORD : stripped(word);
	/* It is nobody's variable. */
	return at + sizeof(word) > stack.end ? WQLAB_NO_WORD :
					       stripped(READ_ONCE_NOCHECK(*(const unsigned long *)at));
}
