/* SPDX-License-Identifier: GPL-2.0 */
/* When a timer such as the watchdog's is armed, and when it looks. */
#ifndef WQLAB_GLUE_WATCHDOG_LOOKS_H
#define WQLAB_GLUE_WATCHDOG_LOOKS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_watchdog_looks {
	uintptr_t function;	/* the timer's */
	/* By who arms it, with interrupts off; since 6.9 on the timer's CPU. In jiffies: it fires no earlier. */
	void (*armed)(void *watcher, unsigned long due);
	/* On the timer's CPU, right before its function is called. */
	void (*fires)(void *watcher);
	void *watcher;
};
/* From attach to detach they are called, and nobody is in them when detach returns. Both sleep. 0 or -errno. */
int wqlab_watchdog_looks_attach(struct wqlab_watchdog_looks *looks);
void wqlab_watchdog_looks_detach(struct wqlab_watchdog_looks *looks);

WQLAB_END_C

#endif
