// SPDX-License-Identifier: GPL-2.0
/* /proc/wqlab_stuck: a state for each open file. Writing "NAME CPU" makes it, "go_on" goes on, closing ends it. */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "stuck.h"

#define NAME "wqlab_stuck"

void stuck_open(struct stuck *stuck)
{
	WRITE_ONCE(stuck->is_open, true);
	wake_up_all(&stuck->gate);
}

int stuck_begin(struct stuck *stuck, struct workqueue_struct *wq, uint n, work_func_t func)
{
	struct stuck_item *item = &stuck->items[n];

	stuck_queue(stuck, wq, n, n, func);
	return wait_event_timeout(stuck->gate, READ_ONCE(item->has_begun), STUCK_PATIENCE) ? 0 : -ETIMEDOUT;
}

void stuck_queue(struct stuck *stuck, struct workqueue_struct *wq, uint first, uint last, work_func_t func)
{
	for (uint n = first; n <= last; n++) {
		stuck->items[n].work.func = func;
		queue_work_on(stuck->cpu, wq, &stuck->items[n].work);
	}
}

static int stuck_file_open(struct inode *inode, struct file *file)
{
	struct stuck *stuck = kvzalloc(sizeof(*stuck), GFP_KERNEL);

	if (!stuck)
		return -ENOMEM;
	init_waitqueue_head(&stuck->gate);
	mutex_init(&stuck->mutex);
	sema_init(&stuck->semaphore, 1);
	init_completion(&stuck->done);
	INIT_DELAYED_WORK(&stuck->late, stuck_victim_func);
	for (uint n = 0; n < STUCK_ITEMS; n++) {
		INIT_WORK(&stuck->items[n].work, stuck_victim_func);
		stuck->items[n].of = stuck;
	}
	file->private_data = stuck;
	return 0;
}

static ssize_t stuck_file_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct stuck *stuck = file->private_data;
	char line[48] = {}, word[24] = {};
	uint cpu = 0;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	if (sscanf(line, "%23s %u", word, &cpu) < 1 || cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -EINVAL;
	if (!strcmp(word, "go_on") && stuck->state && stuck->state->go_on) {
		stuck->state->go_on(stuck);
		return size;
	}
	if (stuck->state)
		return -EBUSY;
	stuck->state = stuck_state(word);
	stuck->cpu = cpu;
	return stuck->state ? stuck->state->make(stuck) ?: size : -EINVAL;
}

static int stuck_file_release(struct inode *inode, struct file *file)
{
	struct stuck *stuck = file->private_data;

	if (stuck->is_for_ever)
		return 0;
	stuck_open(stuck);
	if (stuck->state && stuck->state->undo)
		stuck->state->undo(stuck);
	for (uint i = 0; i < ARRAY_SIZE(stuck->wq); i++)
		if (stuck->wq[i])
			destroy_workqueue(stuck->wq[i]);
	kvfree(stuck);
	return 0;
}

static const struct proc_ops stuck_ops = {
	.proc_open = stuck_file_open,
	.proc_write = stuck_file_write,
	.proc_release = stuck_file_release,
};

static int __init stuck_init(void)
{
	return proc_create(NAME, 0200, NULL, &stuck_ops) ? 0 : -ENOMEM;
}

static void __exit stuck_exit(void)
{
	remove_proc_entry(NAME, NULL); /* what is open still is released by that */
}

module_init(stuck_init);
module_exit(stuck_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Workqueues that are stuck as tests want it");
