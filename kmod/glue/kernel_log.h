/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel prints while somebody listens. */
#ifndef WQLAB_GLUE_KERNEL_LOG_H
#define WQLAB_GLUE_KERNEL_LOG_H

#include "types.h"

WQLAB_BEGIN_C

/* As core/warnings.hh has it. */
struct wqlab_log_line {
	const char *text;
	size_t size;
	uintptr_t writer;
	const char *command;
	bool in_interrupt;
};

struct wqlab_log {
	/* Of each line, in any context that prints; nothing that it calls may print. */
	void (*see)(void *listener, const struct wqlab_log_line *line);
	void *listener;
};
/* From attach to detach see() is called, and nobody is in it when detach returns. Both sleep. */
bool wqlab_log_attach(struct wqlab_log *log);
void wqlab_log_detach(struct wqlab_log *log);
/*
 * What has been printed and is still kept, a line each, from the oldest on that
 * nobody has cleared, for as long as read() wants more. Long ones are cut.
 * level: 0, an emergency, to 7.
 */
void wqlab_log_read(bool (*read)(void *reader, int level, const char *text, size_t size), void *reader);

WQLAB_END_C

#endif
