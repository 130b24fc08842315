// SPDX-License-Identifier: GPL-2.0
/* C, because tracepoints have types of their own. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "glue.h"

/*
 * A kernel without DEBUG_BUGVERBOSE says in which function it warned, and not in which file. These are workqueue.c's that
 * do, or that the compiler may put such ones into, less those with "workqueue" in their names.
 */
static const char *const workqueue_functions[] = {
	"__cancel_work", "__cancel_work_sync", "__flush_work", "__pwq_activate_work", "__queue_delayed_work", "__queue_work",
	"apply_wqattrs_prepare", "assign_rescuer_work", "assign_work", "bh_worker", "cancel_delayed_work",
	"cancel_delayed_work_sync", "cancel_work", "cancel_work_sync", "check_flush_dependency", "create_worker",
	"delayed_work_timer_fn", "detach_dying_workers", "detach_worker", "disable_delayed_work", "disable_delayed_work_sync",
	"disable_work", "disable_work_sync", "enable_delayed_work", "enable_work", "flush_delayed_work", "flush_rcu_work",
	"flush_work", "get_pwq", "get_unbound_pool", "idle_cull_fn", "insert_work", "insert_wq_barrier", "mod_delayed_work_on",
	"move_linked_works", "node_activate_pending_pwq", "pool_mayday_timeout", "process_one_work", "process_scheduled_works",
	"put_pwq", "put_pwq_unlocked", "put_unbound_pool", "pwq_activate_first_inactive", "pwq_dec_nr_active",
	"pwq_dec_nr_in_flight", "pwq_release_workfn", "queue_delayed_work_on", "queue_rcu_work", "queue_work_node",
	"queue_work_on", "rcu_work_rcufn", "rebind_workers", "rescuer_thread", "restore_unbound_workers_cpumask", "send_mayday",
	"set_worker_dying", "set_work_data", "start_flush_work", "try_to_grab_pending", "unbind_worker", "unbind_workers",
	"unplug_oldest_pwq", "work_grab_pending", "work_offqd_disable", "work_offqd_enable", "work_offqd_unpack",
	"worker_attach_to_pool", "worker_detach_from_pool", "worker_enter_idle", "worker_leave_idle", "worker_thread",
	"wq_adjust_max_active", "wq_update_node_max_active", "wq_worker_running", "wq_worker_sleeping", "wq_worker_tick",
	"wqattrs_pod_type",
};

/* "WARNING: CPU: 1 PID: 88 at __queue_work+0x3b1/0x580", and 7.x without what is before "at". */
static bool is_of_workqueues(const char *text, size_t length)
{
	const char *at = strnstr(text, " at ", length);
	size_t left, i;

	if (strnstr(text, "workqueue", length))
		return true;
	if (!at)
		return false;
	at += 4;
	left = length - (at - text);
	for (i = 0; i < ARRAY_SIZE(workqueue_functions); i++) {
		size_t n = strlen(workqueue_functions[i]);

		/* The compiler's own parts of it are called "name.part.0". */
		if (left > n && !memcmp(at, workqueue_functions[i], n) && (at[n] == '+' || at[n] == '.'))
			return true;
	}
	return false;
}

/* trace/events/printk.h: every line that printk() stores, in any context. */
static void see_line(void *data, const char *text, size_t length)
{
	struct wqlab_log *log = data;

	if (strnstr(text, log->wanted, length) && (!log->of_workqueues || is_of_workqueues(text, length)))
		__atomic_add_fetch(&log->count, 1, __ATOMIC_RELAXED);
}

static void look_at(struct tracepoint *point, void *data)
{
	if (!strcmp(point->name, "console"))
		*(struct tracepoint **)data = point;
}

static struct tracepoint *console(void)
{
	struct tracepoint *found = NULL;

#ifdef CONFIG_TRACEPOINTS
	for_each_kernel_tracepoint(look_at, &found);
#endif
	return found;
}

bool wqlab_log_attach(struct wqlab_log *log)
{
	struct tracepoint *point = console();

	return point && !tracepoint_probe_register(point, see_line, log);
}

void wqlab_log_detach(struct wqlab_log *log)
{
	struct tracepoint *point = console();

	if (!point)
		return;
	tracepoint_probe_unregister(point, see_line, log);
	tracepoint_synchronize_unregister();
}
