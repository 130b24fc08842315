// SPDX-License-Identifier: GPL-2.0
/* C, because tracepoints have types of their own. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "kernel_log.h"

/* A kernel without DEBUG_BUGVERBOSE says in which function it warned, and not in which file. */
#define FUNCTION(name) #name,
static const char *const workqueue_functions[] = {
#include "workqueue_functions.h"
};
#undef FUNCTION

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
