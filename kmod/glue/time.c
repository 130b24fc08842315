// SPDX-License-Identifier: GPL-2.0
/* C, because cpu_relax(), cond_resched() and ktime are inlines. */
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#ifdef CONFIG_X86_64
#include <asm/tsc.h>
#endif

#include "time.h"

uint64_t wqlab_now(void)
{
	return ktime_get_ns();
}

uint64_t wqlab_now_anywhere(void)
{
	return ktime_get_mono_fast_ns();
}

bool wqlab_stamp_is_tsc;
uint32_t wqlab_stamp_mult = 1U << WQLAB_STAMP_SHIFT;

void wqlab_stamp_init(void)
{
#ifdef CONFIG_X86_64
	/* Not marked unstable: the CPUs' counters agree and tick alike. */
	if (check_tsc_unstable() || tsc_khz < 1000)
		return;
	wqlab_stamp_mult = div_u64((u64)NSEC_PER_MSEC << WQLAB_STAMP_SHIFT, tsc_khz);
	wqlab_stamp_is_tsc = true;
#endif
}

uint64_t wqlab_jiffies(void)
{
	return jiffies;
}

uint32_t wqlab_hz(void)
{
	return HZ;
}

void wqlab_relax(void)
{
	cpu_relax();
}

void wqlab_resched(void)
{
	cond_resched();
}

bool wqlab_sleep(uint64_t ns)
{
	ktime_t expires = ktime_add_ns(ktime_get(), ns);
	const unsigned long before = current->nvcsw;

	/* TASK_IDLE: a sleep by order is no load and no hung task. */
	do {
		set_current_state(TASK_IDLE);
	} while (schedule_hrtimeout(&expires, HRTIMER_MODE_ABS));
	return current->nvcsw != before;
}
