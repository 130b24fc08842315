// SPDX-License-Identifier: GPL-2.0
/*
 * What wqlab is measured against: the closed loop that a person would write by
 * hand, and no records. One thread keeps DEPTH empty items in flight on one
 * workqueue until ITEMS are done. It runs at insmod; the result is then in
 * /sys/module/wqlab_bare/parameters/elapsed_ns.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static bool unbound;
module_param(unbound, bool, 0444);
static uint depth = 1;
module_param(depth, uint, 0444);
static ulong items = 100000;
module_param(items, ulong, 0444);
static uint burn; /* loops of about five instructions in the item's function */
module_param(burn, uint, 0444);
static uint burn_issuer; /* and before each queue call */
module_param(burn_issuer, uint, 0444);
static uint cpu;
module_param(cpu, uint, 0444);
static ulong elapsed_ns;
module_param(elapsed_ns, ulong, 0444);

struct item {
	struct work_struct work;
	struct llist_node node;
} ____cacheline_aligned;

static LLIST_HEAD(returned);
static struct task_struct *issuer;
static struct workqueue_struct *wq;
static struct item *all;

static void item_func(struct work_struct *work)
{
	struct item *item = container_of(work, struct item, work);

	for (volatile uint i = 0; i < burn; i++)
		;
	if (llist_add(&item->node, &returned))
		wake_up_process(issuer);
}

static struct llist_node *wait_for_returned(void)
{
	struct llist_node *nodes;

	while (!(nodes = llist_del_all(&returned))) {
		set_current_state(TASK_IDLE);
		if (llist_empty(&returned))
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return nodes;
}

static int issue(void *data)
{
	struct llist_node *free = NULL;
	ulong left = items;
	uint out = 0;
	u64 start;

	for (uint i = 0; i < depth; i++) {
		all[i].node.next = free;
		free = &all[i].node;
	}
	start = ktime_get_ns();
	while (left--) {
		struct item *item;

		if (!free) {
			free = wait_for_returned();
			for (struct llist_node *node = free; node; node = node->next)
				out--;
		}
		item = llist_entry(free, struct item, node);
		free = free->next;
		for (volatile uint i = 0; i < burn_issuer; i++)
			;
		queue_work(wq, &item->work);
		out++;
		cond_resched();
	}
	while (out)
		for (struct llist_node *node = wait_for_returned(); node; node = node->next)
			out--;
	elapsed_ns = ktime_get_ns() - start;

	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static int __init bare_init(void)
{
	int error = -ENOMEM;

	wq = alloc_workqueue("wqlab_bare", unbound ? WQ_UNBOUND : 0, 0);
	all = kcalloc(depth, sizeof(*all), GFP_KERNEL);
	if (!wq || !all)
		goto out;
	for (uint i = 0; i < depth; i++)
		INIT_WORK(&all[i].work, item_func);
	issuer = kthread_create(issue, NULL, "wqlab_bare");
	if (IS_ERR(issuer)) {
		error = PTR_ERR(issuer);
		goto out;
	}
	kthread_bind(issuer, cpu);
	wake_up_process(issuer);
	while (!READ_ONCE(elapsed_ns))
		schedule_timeout_idle(1);
	kthread_stop(issuer);
	error = 0;
out:
	if (wq)
		destroy_workqueue(wq);
	kfree(all);
	return error;
}

static void __exit bare_exit(void)
{
}

module_init(bare_init);
module_exit(bare_exit);
MODULE_DESCRIPTION("The closed loop that wqlab is measured against");
MODULE_LICENSE("GPL");
