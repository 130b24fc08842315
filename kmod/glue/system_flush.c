// SPDX-License-Identifier: GPL-2.0
/* C, because flush_workqueue() is a macro that looks at what the compiler knows. */
#include <linux/kernel.h>
#include <linux/workqueue.h>

#include "system_flush.h"

/* Only the words are wanted, and the compiler need not say that they will come. */
#define __flush_workqueue(wq) ((void)(wq))
#pragma GCC diagnostic ignored "-Wattribute-warning"

#define FLUSH(wq)				\
	static void flush_##wq(void)		\
	{					\
		flush_workqueue(wq);		\
	}

/* Those that all kernels know by these names. */
FLUSH(system_highpri_wq)
FLUSH(system_long_wq)
FLUSH(system_freezable_wq)
FLUSH(system_power_efficient_wq)
FLUSH(system_freezable_power_efficient_wq)

static void flush_scheduled(void)
{
	flush_scheduled_work();
}

#define ROW(wq) { #wq, flush_##wq }

static const struct {
	const char *name;
	void (*flush)(void);
} ways[] = {
	ROW(system_highpri_wq),
	ROW(system_long_wq),
	ROW(system_freezable_wq),
	ROW(system_power_efficient_wq),
	ROW(system_freezable_power_efficient_wq),
	{ "flush_scheduled_work()", flush_scheduled },
};

const char *wqlab_flush_as_system(unsigned int i)
{
	if (i >= ARRAY_SIZE(ways))
		return NULL;
	ways[i].flush();
	return ways[i].name;
}

void wqlab_flush_as_own(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
}
