// SPDX-License-Identifier: GPL-2.0
/* C, because the rest of the workqueue API, contexts and RCU are macros and inlines. */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "features.h"
#include "glue.h"

static struct delayed_work *delayed(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

bool wqlab_queue_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu,
			    uint64_t jiffies_delay)
{
	return queue_delayed_work_on(cpu < 0 ? WORK_CPU_UNBOUND : cpu, wq, delayed(work), jiffies_delay);
}

bool wqlab_mod_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu,
			  uint64_t jiffies_delay)
{
	return mod_delayed_work_on(cpu < 0 ? WORK_CPU_UNBOUND : cpu, wq, delayed(work), jiffies_delay);
}

bool wqlab_cancel_sync(struct work_struct *work, enum wqlab_work_kind kind)
{
	return kind == WQLAB_WORK_DELAYED ? cancel_delayed_work_sync(delayed(work)) :
					    cancel_work_sync(work);
}

bool wqlab_disable(struct work_struct *work, enum wqlab_work_kind kind, bool sync)
{
	if (kind == WQLAB_WORK_DELAYED)
		return sync ? disable_delayed_work_sync(delayed(work)) : disable_delayed_work(delayed(work));
	return sync ? disable_work_sync(work) : disable_work(work);
}

bool wqlab_enable(struct work_struct *work, enum wqlab_work_kind kind)
{
	return kind == WQLAB_WORK_DELAYED ? enable_delayed_work(delayed(work)) : enable_work(work);
}

bool wqlab_enable_and_queue(struct workqueue_struct *wq, struct work_struct *work)
{
	return enable_and_queue_work(wq, work);
}

bool wqlab_work_pending(struct work_struct *work)
{
	return work_pending(work);
}

uint32_t wqlab_work_busy(struct work_struct *work)
{
	unsigned int busy = work_busy(work);

	return (busy & WORK_BUSY_PENDING ? WQLAB_BUSY_PENDING : 0) |
	       (busy & WORK_BUSY_RUNNING ? WQLAB_BUSY_RUNNING : 0);
}

bool wqlab_timer_pending(struct work_struct *work)
{
	return timer_pending(&delayed(work)->timer);
}

uint64_t wqlab_timer_expires(struct work_struct *work)
{
	return delayed(work)->timer.expires;
}

bool wqlab_timer_is_deferrable(struct work_struct *work)
{
	return delayed(work)->timer.flags & TIMER_DEFERRABLE;
}

void wqlab_flush_workqueue(struct workqueue_struct *wq)
{
	__flush_workqueue(wq);
}

void wqlab_drain_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
}

void wqlab_set_max_active(struct workqueue_struct *wq, int max_active)
{
	workqueue_set_max_active(wq, max_active);
}

bool wqlab_congested(int cpu, struct workqueue_struct *wq)
{
	return workqueue_congested(cpu < 0 ? WORK_CPU_UNBOUND : cpu, wq);
}

bool wqlab_schedule_work(struct work_struct *work)
{
	return schedule_work(work);
}

long wqlab_work_on_cpu(uint32_t cpu, long (*function)(void *argument), void *argument)
{
	return work_on_cpu(cpu, function, argument);
}

int wqlab_execute_in_process_context(void (*function)(struct work_struct *work), void *storage)
{
	return execute_in_process_context(function, storage);
}

struct work_struct *wqlab_current_work(void)
{
	return current_work();
}

void wqlab_set_description(const char *text)
{
	set_worker_desc("%s", text);
}

void wqlab_current_command(char command[16])
{
	BUILD_BUG_ON(TASK_COMM_LEN != 16);
	/* kthreads' full names are longer than comm; workers' say "-" or "+" and their item there, but only in /proc. */
	strscpy(command, current->comm, TASK_COMM_LEN);
}

int wqlab_current_is_mem_reclaim(void)
{
#if WQLAB_HAVE_IS_MEM_RECLAIM
	return current_is_workqueue_mem_reclaim();
#else
	return -1;
#endif
}

uint64_t wqlab_current_cpus(void)
{
	uint64_t cpus = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids && cpu < 64; cpu++)
		if (cpumask_test_cpu(cpu, current->cpus_ptr))
			cpus |= 1ULL << cpu;
	return cpus;
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

bool wqlab_in_hardirq(void)
{
	return in_hardirq();
}

bool wqlab_in_softirq(void)
{
	return in_serving_softirq();
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

bool wqlab_work_is_tracked(void)
{
	return IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK);
}

void wqlab_rcu_read_lock(void)
{
	rcu_read_lock();
}

void wqlab_rcu_read_unlock(void)
{
	rcu_read_unlock();
}

uint64_t wqlab_rcu_cookie(void)
{
	return get_state_synchronize_rcu();
}

bool wqlab_rcu_passed(uint64_t cookie)
{
	return poll_state_synchronize_rcu(cookie);
}

int wqlab_cpu_down(uint32_t cpu)
{
	return remove_cpu(cpu);
}

int wqlab_cpu_up(uint32_t cpu)
{
	return add_cpu(cpu);
}

void wqlab_pin_module(void)
{
	__module_get(THIS_MODULE);
}

int wqlab_format(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vscnprintf(text, size, format, arguments);
	va_end(arguments);
	return length;
}

int wqlab_format_list(char *text, size_t size, const char *format, va_list arguments)
{
	return vscnprintf(text, size, format, arguments);
}
