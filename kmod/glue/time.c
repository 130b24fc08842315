// SPDX-License-Identifier: GPL-2.0
/* C, because cpu_relax(), cond_resched() and ktime are inlines. */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "glue.h"

uint64_t wqlab_now(void)
{
	return ktime_get_ns();
}

void wqlab_relax(void)
{
	cpu_relax();
}

void wqlab_resched(void)
{
	cond_resched();
}

void wqlab_sleep(uint64_t ns)
{
	ktime_t expires = ktime_add_ns(ktime_get(), ns);

	/* TASK_IDLE: a sleep by order is no load and no hung task. */
	do {
		set_current_state(TASK_IDLE);
	} while (schedule_hrtimeout(&expires, HRTIMER_MODE_ABS));
}
