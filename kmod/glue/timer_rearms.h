/* SPDX-License-Identifier: GPL-2.0 */
/* Timers that somebody takes back and arms anew, and nothing comes between. */
#ifndef WQLAB_GLUE_TIMER_REARMS_H
#define WQLAB_GLUE_TIMER_REARMS_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_timer_rearms {
	uintptr_t function;	/* the timer's */
	int32_t pid;		/* of one thread alone */
	/* How often it did, and has had its CPU all the time in between; to be read at any time. */
	uint32_t count;
	uint64_t switches;	/* before the last was taken back; 0: it has been armed since */
};
/* From attach to detach they are counted. Both sleep. 0 or -errno. */
int wqlab_timer_rearms_attach(struct wqlab_timer_rearms *rearms);
void wqlab_timer_rearms_detach(struct wqlab_timer_rearms *rearms);

WQLAB_END_C

#endif
