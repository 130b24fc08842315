// SPDX-License-Identifier: GPL-2.0
/* C, because thread creation and task states are macros. */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <uapi/linux/sched/types.h>

#include "thread.h"

struct start {
	void (*main)(void *argument);
	void *argument;
};

static int thread_main(void *data)
{
	struct start start = *(struct start *)data;

	kfree(data);
	start.main(start.argument);

	/* Stay until wqlab_thread_stop(), so that the handle stays valid. */
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

struct task_struct *wqlab_thread_create(void (*main)(void *), void *argument,
					int cpu, const char *name)
{
	struct start *start = kmalloc(sizeof(*start), GFP_KERNEL);
	struct task_struct *thread;

	if (!start)
		return NULL;
	start->main = main;
	start->argument = argument;

	thread = kthread_create(thread_main, start, "%s", name);
	if (IS_ERR(thread)) {
		kfree(start);
		return NULL;
	}
	if (cpu >= 0)
		kthread_bind(thread, cpu);
	return thread;
}

void wqlab_thread_stop(struct task_struct *thread)
{
	/* A thread that never ran has not taken its start over. */
	void *start = kthread_data(thread);

	if (kthread_stop(thread) == -EINTR)
		kfree(start);
}

void wqlab_killed_begin(void)
{
	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
}

void wqlab_killed_end(void)
{
	disallow_signal(SIGKILL);
}

void wqlab_thread_batch(void)
{
	const struct sched_attr batch = { .size = sizeof(batch), .sched_policy = SCHED_BATCH };

	sched_setattr_nocheck(current, &batch);
}

void wqlab_sleep_prepare(void)
{
	set_current_state(TASK_IDLE);
}

void wqlab_sleep_commit_until(uint64_t deadline)
{
	ktime_t expires = ns_to_ktime(deadline);

	schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
}

void wqlab_sleep_cancel(void)
{
	__set_current_state(TASK_RUNNING);
}

bool wqlab_thread_sleeps(uintptr_t task)
{
	return !task_is_running((struct task_struct *)task);
}

struct task_struct *wqlab_thread_get(int32_t pid)
{
	struct pid *number = find_get_pid(pid);
	struct task_struct *thread = get_pid_task(number, PIDTYPE_PID);

	put_pid(number);
	return thread;
}

void wqlab_thread_put(struct task_struct *thread)
{
	put_task_struct(thread);
}

bool wqlab_thread_is_ending(const struct task_struct *thread)
{
	return READ_ONCE(thread->flags) & PF_EXITING;
}

bool wqlab_thread_is_fixed(const struct task_struct *thread)
{
	return READ_ONCE(thread->flags) & PF_NO_SETAFFINITY;
}

bool wqlab_thread_confine(struct task_struct *thread, uint32_t cpu)
{
	return !set_cpus_allowed_ptr(thread, cpumask_of(cpu));
}

uint64_t wqlab_thread_cpus(struct task_struct *thread)
{
	uint64_t cpus = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids && cpu < 64; cpu++)
		if (cpumask_test_cpu(cpu, thread->cpus_ptr))
			cpus |= 1ULL << cpu;
	return cpus;
}

bool wqlab_thread_has_ended(struct task_struct *thread)
{
	return READ_ONCE(thread->exit_state);
}
