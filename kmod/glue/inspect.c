// SPDX-License-Identifier: GPL-2.0
/*
 * C, because locks, per-CPU addresses, jiffies, tasks and CPU masks are macros,
 * inlines and the kernel's own structs.
 */
#include <linux/cpumask.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "inspect.h"

static siphash_key_t hash_key;

void wqlab_hash_init(void)
{
	get_random_bytes(&hash_key, sizeof(hash_key));
}

bool wqlab_peek(void *to, uintptr_t from, size_t size)
{
	return copy_from_kernel_nofault(to, (const void *)from, size) == 0;
}

void wqlab_lock_mutex_at(uintptr_t lock)
{
	mutex_lock((struct mutex *)lock);
}

void wqlab_unlock_mutex_at(uintptr_t lock)
{
	mutex_unlock((struct mutex *)lock);
}

unsigned long wqlab_lock_raw(uintptr_t lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave((raw_spinlock_t *)lock, flags);
	return flags;
}

void wqlab_unlock_raw(uintptr_t lock, unsigned long flags)
{
	raw_spin_unlock_irqrestore((raw_spinlock_t *)lock, flags);
}

uintptr_t wqlab_idr_next(uintptr_t idr, int *id)
{
	return (uintptr_t)idr_get_next((struct idr *)idr, id);
}

uintptr_t wqlab_per_cpu(uintptr_t variable, uint32_t cpu)
{
	return (uintptr_t)per_cpu_ptr((void __percpu *)variable, cpu);
}

uint64_t wqlab_jiffies(void)
{
	return jiffies;
}

uint64_t wqlab_jiffies_to_ns(uint64_t n)
{
	return jiffies64_to_nsecs(n);
}

uint32_t wqlab_hz(void)
{
	return HZ;
}

uint64_t wqlab_identity(uintptr_t address)
{
	char text[24];
	unsigned long long value;

	snprintf(text, sizeof(text), "%p", (void *)address);
	return kstrtoull(text, 16, &value) ? 0 : value;
}

uint64_t wqlab_hash(uintptr_t address)
{
	return siphash_1u64(address, &hash_key);
}

bool wqlab_look_at_task(uintptr_t address, struct wqlab_task *look)
{
	struct task_struct *task = (struct task_struct *)address;
	typeof(task->__state) state;
	typeof(task->on_cpu) on_cpu; /* an int, and one byte since 7.x */
	typeof(task->static_prio) prio;

/* A copy of another size would be another field's as well. */
#define LOOK(to, field)                                                                  \
	({                                                                               \
		BUILD_BUG_ON(sizeof(to) != sizeof(task->field));                         \
		copy_from_kernel_nofault(&(to), &task->field, sizeof(to)) == 0;          \
	})
	BUILD_BUG_ON(sizeof(look->command) != TASK_COMM_LEN);
	if (!LOOK(look->pid, pid) || !LOOK(look->command, comm) || !LOOK(state, __state) ||
	    !LOOK(on_cpu, on_cpu) || !LOOK(prio, static_prio) || !LOOK(look->cpu, thread_info.cpu) ||
	    !LOOK(look->cpus, cpus_ptr) || !LOOK(look->runtime_ns, se.sum_exec_runtime))
		return false;
#undef LOOK
	look->command[TASK_COMM_LEN - 1] = '\0';
	look->nice = PRIO_TO_NICE(prio);
	look->runnable = state == TASK_RUNNING;
	look->on_cpu = on_cpu;
	return true;
}

uintptr_t wqlab_possible_cpus(void)
{
	return (uintptr_t)cpu_possible_mask;
}

uintptr_t wqlab_online_cpus(void)
{
	return (uintptr_t)cpu_online_mask;
}

uint32_t wqlab_nr_nodes(void)
{
	return nr_node_ids;
}

bool wqlab_node_possible(uint32_t node)
{
	return node < nr_node_ids && node_possible(node);
}

uintptr_t wqlab_node_cpus(uint32_t node)
{
	return (uintptr_t)cpumask_of_node(node);
}
