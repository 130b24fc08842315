// SPDX-License-Identifier: GPL-2.0
/* C, because tracepoints have types of their own. */
#include <linux/ctype.h>
#include <linux/kmsg_dump.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "kernel_log.h"

/* trace/events/printk.h: every line that printk() stores, in any context. */
static void see_line(void *data, const char *text, size_t length)
{
	struct wqlab_log *log = data;
	const struct wqlab_log_line line = {
		.text = text,
		.size = length,
		/* An interrupt stays on the task that it came upon, and no task's address is odd. */
		.writer = (uintptr_t)current | (in_task() ? 0 : 1),
		.command = current->comm,
		.in_interrupt = !in_task(),
	};

	log->see(log->listener, &line);
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

void wqlab_log_read(bool (*read)(void *reader, int level, const char *text, size_t size), void *reader)
{
	struct kmsg_dump_iter at;
	char line[512];
	size_t size;

	kmsg_dump_rewind(&at);
	/* "<6>[    1.234567] text": the number is the level, in its lowest three bits, and who prints. */
	while (kmsg_dump_get_line(&at, true, line, sizeof(line), &size)) {
		size_t begin = 0;
		int head = 0;

		while (begin < size && line[begin] != '>')
			if (isdigit(line[begin++]))
				head = head * 10 + line[begin - 1] - '0';
		if (begin++ < size && !read(reader, head & 7, line + begin, size - begin))
			return;
	}
}
