// SPDX-License-Identifier: GPL-2.0
/* C, because current, the preempt count and interrupts are macros and per-CPU variables. */
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel_stat.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "context.h"
#include "timer_delete.h"
#include "upcalls.h"

struct wqlab_context wqlab_current(void)
{
	return (struct wqlab_context){
		.cpu = raw_smp_processor_id(),
		.pid = current->pid,
		.nice = task_nice(current),
		.softirq = in_serving_softirq(),
	};
}

uint32_t wqlab_this_cpu(void)
{
	return raw_smp_processor_id();
}

uint64_t wqlab_softirqs_of_tasklets(void)
{
	return kstat_softirqs_cpu(TASKLET_SOFTIRQ, raw_smp_processor_id());
}

void wqlab_current_command(char command[16])
{
	BUILD_BUG_ON(TASK_COMM_LEN != 16);
	/* kthreads' full names are longer; workers' say "-" or "+" and their item there, but only in /proc. */
	strscpy(command, current->comm, TASK_COMM_LEN);
}

uint32_t wqlab_current_state(void)
{
	return get_current_state();
}

uint64_t wqlab_current_cpus(void)
{
	uint64_t cpus = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids && cpu < 64; cpu++)
		if (cpumask_test_cpu(cpu, current->cpus_ptr))
			cpus |= 1ULL << cpu;
	return cpus;
}

bool wqlab_move_to(uint32_t cpu)
{
	cpumask_var_t before;
	bool moved;

	if (!alloc_cpumask_var(&before, GFP_KERNEL))
		return false;
	cpumask_copy(before, current->cpus_ptr);
	moved = !set_cpus_allowed_ptr(current, cpumask_of(cpu));
	if (moved)
		set_cpus_allowed_ptr(current, before);
	free_cpumask_var(before);
	return moved;
}

uintptr_t wqlab_current_task(void)
{
	return (uintptr_t)current;
}

uintptr_t wqlab_current_worker(void)
{
	return current->flags & PF_WQ_WORKER ? (uintptr_t)kthread_data(current) : 0;
}

bool wqlab_in_hardirq(void)
{
	return in_hardirq();
}

bool wqlab_in_softirq(void)
{
	return in_serving_softirq();
}

bool wqlab_in_task(void)
{
	return in_task();
}

bool wqlab_irqs_are_off(void)
{
	return irqs_disabled();
}

uint32_t wqlab_preempt_word(void)
{
	return preempt_count();
}

void wqlab_item(struct work_struct *work)
{
	wqlab_item_execute(work, wqlab_current());
}

void wqlab_bare_item(struct work_struct *work)
{
	wqlab_bare_item_execute(work, wqlab_current());
}

uint32_t wqlab_pin_begin(void)
{
	preempt_disable();
	return smp_processor_id();
}

void wqlab_pin_end(void)
{
	preempt_enable();
}

void wqlab_preempt_disable(void)
{
	preempt_disable();
}

void wqlab_preempt_enable(void)
{
	preempt_enable();
}

bool wqlab_preempt_is_counted(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_COUNT);
}

bool wqlab_atomic_sleep_is_reported(void)
{
	return IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP);
}

struct irq_call {
	struct irq_work work;
	void (*function)(void *argument);
	void *argument;
};

static void irq_call(struct irq_work *work)
{
	struct irq_call *call = container_of(work, struct irq_call, work);

	call->function(call->argument);
}

void wqlab_call_in_hardirq(void (*function)(void *argument), void *argument)
{
	struct irq_call call = {
		.work = IRQ_WORK_INIT_HARD(irq_call),
		.function = function,
		.argument = argument,
	};

	irq_work_queue(&call.work);
	irq_work_sync(&call.work);
}

struct timer_call {
	struct timer_list timer;
	struct completion done;
	void (*function)(void *argument);
	void *argument;
};

static void timer_call(struct timer_list *timer)
{
	struct timer_call *call = container_of(timer, struct timer_call, timer);

	call->function(call->argument);
	complete(&call->done);
}

bool wqlab_call_in_timer(void (*function)(void *argument), void *argument)
{
	struct timer_call *call = kzalloc(sizeof(*call), GFP_KERNEL);

	if (!call)
		return false;
	call->function = function;
	call->argument = argument;
	init_completion(&call->done);
	timer_setup(&call->timer, timer_call, 0);
	call->timer.expires = jiffies;
	add_timer_on(&call->timer, raw_smp_processor_id());
	wait_for_completion(&call->done);
	/* Its function may not have returned. */
	timer_delete_sync(&call->timer);
	kfree(call);
	return true;
}

struct softirq_call {
	struct tasklet_struct tasklet;
	const struct task_struct *upon;
	void (*function)(void *argument);
	void *argument;
	bool called;
};

static void softirq_call(struct tasklet_struct *tasklet)
{
	struct softirq_call *call = container_of(tasklet, struct softirq_call, tasklet);

	call->called = current == call->upon;
	if (call->called)
		call->function(call->argument);
}

bool wqlab_call_in_own_softirq(void (*function)(void *argument), void *argument)
{
	struct softirq_call call = {
		.upon = current,
		.function = function,
		.argument = argument,
	};

	tasklet_setup(&call.tasklet, softirq_call);
	local_bh_disable();
	tasklet_schedule(&call.tasklet);
	/* It comes here, unless ksoftirqd is about to run. */
	local_bh_enable();
	tasklet_kill(&call.tasklet);
	return call.called;
}

void wqlab_call_with_bh_off(void (*function)(void *argument), void *argument)
{
	local_bh_disable();
	function(argument);
	local_bh_enable();
}

void wqlab_call_with_irqs_off(void (*function)(void *argument), void *argument)
{
	unsigned long flags;

	local_irq_save(flags);
	function(argument);
	local_irq_restore(flags);
}
