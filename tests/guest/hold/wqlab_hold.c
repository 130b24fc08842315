// SPDX-License-Identifier: GPL-2.0
/*
 * A workqueue whose every state is a test's own doing: its items sleep until a
 * gate is opened, and who flushes or drains it is the process that wrote so to
 * /proc/wqlab_hold. Wqlab itself knows nothing of it.
 *
 *	queue N		queues item N on CPU 0
 *	let N		item N go, though the gate is shut
 *	wait N		flush_work() of item N, as soon as that is queued
 *	flush, drain	of the workqueue
 *	lock		the workqueue's mutex, until the gate is open
 *	within N	calls cancel_work() N times from the handler of a kprobe
 *	warn		makes the kernel's workqueue code warn
 *	open		the gate, for good
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define NAME "wqlab_hold"
#define ITEMS 64

static uint max_active = 16;
module_param(max_active, uint, 0444);
static bool ordered;
module_param(ordered, bool, 0444);

static struct workqueue_struct *wq;
static struct work_struct items[ITEMS];
static DECLARE_WAIT_QUEUE_HEAD(gate);
static bool is_open;
static bool let[ITEMS];

/* What kernel/workqueue.c begins its struct with, from 6.1 to 7.3 at least. */
struct begin_of_workqueue {
	struct list_head pwqs;
	struct list_head list;
	struct mutex mutex;	/* WQ: protects pwqs and flushers */
};

/* Idle, so that however long it is held, it is no hung task. */
static void hold_func(struct work_struct *work)
{
	bool *gone = &let[work - items];

	wait_event_idle(gate, READ_ONCE(is_open) || READ_ONCE(*gone));
	WRITE_ONCE(*gone, false);
}

/* Idle, and nobody queues it. */
static DECLARE_WORK(never_queued, hold_func);

static int call_within(struct kprobe *kprobe, struct pt_regs *registers)
{
	cancel_work(&never_queued);
	return 0;
}

static noinline void probed(void)
{
	barrier();
}

/* The kernel calls no other probe's handler in the middle of this one's. */
static int calls_within(uint times)
{
	struct kprobe probe = { .addr = (kprobe_opcode_t *)probed, .pre_handler = call_within };
	const int error = register_kprobe(&probe);

	if (error)
		return error;
	while (times--)
		probed();
	unregister_kprobe(&probe);
	return 0;
}

static ssize_t hold_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	char line[32] = {}, word[16] = {};
	uint n = 0;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	if (sscanf(line, "%15s %u", word, &n) < 1 || n >= ITEMS)
		return -EINVAL;
	if (!strcmp(word, "queue")) {
		if (!queue_work_on(0, wq, &items[n]))
			return -EBUSY;
		wake_up_all(&gate);
	} else if (!strcmp(word, "let")) {
		WRITE_ONCE(let[n], true);
		wake_up_all(&gate);
	} else if (!strcmp(word, "wait")) {
		wait_event_idle(gate, READ_ONCE(is_open) || work_busy(&items[n]));
		flush_work(&items[n]);
	} else if (!strcmp(word, "flush")) {
		flush_workqueue(wq);
	} else if (!strcmp(word, "drain")) {
		drain_workqueue(wq);
	} else if (!strcmp(word, "lock")) {
		struct mutex *mutex = &((struct begin_of_workqueue *)wq)->mutex;

		mutex_lock(mutex);
		wait_event_idle(gate, READ_ONCE(is_open));
		mutex_unlock(mutex);
	} else if (!strcmp(word, "within")) {
		const int error = calls_within(n);

		if (error)
			return error;
	} else if (!strcmp(word, "warn")) {
		struct work_struct blank = {};

		/* WARN_ON(!work->func) */
		flush_work(&blank);
	} else if (!strcmp(word, "open")) {
		WRITE_ONCE(is_open, true);
		wake_up_all(&gate);
	} else {
		return -EINVAL;
	}
	return size;
}

static const struct proc_ops hold_ops = { .proc_write = hold_write };

static int __init hold_init(void)
{
	for (int i = 0; i < ITEMS; i++)
		INIT_WORK(&items[i], hold_func);
	if (ordered)
		wq = alloc_ordered_workqueue(NAME, 0);
	else
		wq = alloc_workqueue(NAME, WQ_UNBOUND | WQ_SYSFS | WQ_MEM_RECLAIM, max_active);
	if (!wq)
		return -ENOMEM;
	if (proc_create(NAME, 0200, NULL, &hold_ops))
		return 0;
	destroy_workqueue(wq);
	return -ENOMEM;
}

static void __exit hold_exit(void)
{
	WRITE_ONCE(is_open, true);
	wake_up_all(&gate);
	remove_proc_entry(NAME, NULL); /* waits for writers */
	destroy_workqueue(wq);
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A workqueue held as tests want it");
