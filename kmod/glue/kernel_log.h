/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel prints while somebody listens. */
#ifndef WQLAB_GLUE_KERNEL_LOG_H
#define WQLAB_GLUE_KERNEL_LOG_H

#include "types.h"

WQLAB_BEGIN_C

/*
 * Counts lines of the kernel's log that hold a text, from attach to detach; with of_workqueues, only those
 * that name workqueue code.
 */
struct wqlab_log {
	const char *wanted;
	bool of_workqueues;
	uint32_t count;
};
bool wqlab_log_attach(struct wqlab_log *log);
void wqlab_log_detach(struct wqlab_log *log);

WQLAB_END_C

#endif
