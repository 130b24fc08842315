// SPDX-License-Identifier: GPL-2.0
/* C, because cpu_relax(), cond_resched() and ktime are inlines. */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "arch.h"
#include "time.h"

uint64_t wqlab_now(void)
{
	return ktime_get_ns();
}

uint64_t wqlab_now_anywhere(void)
{
	return ktime_get_mono_fast_ns();
}

bool wqlab_stamp_is_counter;
uint32_t wqlab_stamp_mult = 1U << WQLAB_STAMP_SHIFT;

/* Both clocks at once, or nearly: the counter was read between the two times. */
struct reading {
	uint64_t before, counter, after;
};

static struct reading read_both(void)
{
	struct reading reading = { .before = ktime_get_raw_ns() };

	reading.counter = wqlab_counter();
	reading.after = ktime_get_raw_ns();
	return reading;
}

/* Does the counter tick as it says? Whatever interrupts us here: the truth is between the two differences. */
static bool ticks_at(uint64_t rate)
{
	const struct reading from = read_both();
	struct reading to;
	uint64_t ns;

	usleep_range(1000, 2000);
	to = read_both();
	ns = div64_u64((to.counter - from.counter) * USEC_PER_SEC, rate / MSEC_PER_SEC);
	return ns + ns / 64 >= to.before - from.after && ns - ns / 64 <= to.after - from.before;
}

void wqlab_stamp_init(void)
{
	const uint64_t rate = wqlab_counter_rate();

	/* Slower ones' mult has more than 32 bits. */
	if (rate < USEC_PER_SEC || !ticks_at(rate))
		return;
	wqlab_stamp_mult = div64_u64((u64)NSEC_PER_SEC << WQLAB_STAMP_SHIFT, rate);
	wqlab_stamp_is_counter = true;
}

uint64_t wqlab_jiffies(void)
{
	return jiffies;
}

uint64_t wqlab_runtime(void)
{
	return READ_ONCE(current->se.sum_exec_runtime);
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

void wqlab_yield(void)
{
	/* Unlike yield() it may go on at once: who is next is left to the scheduler. */
	__set_current_state(TASK_RUNNING);
	schedule();
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
