/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every limit of a run, for the netlink policies (C) and the rules of runs (C++).
 * `wqctl info` shows them; a request beyond one is refused with the limit.
 * Plain C, because C says the policies.
 */
#ifndef WQLAB_LIMITS_H
#define WQLAB_LIMITS_H

#define WQLAB_MAX_RUNS			16
#define WQLAB_MAX_RUN_ID		9999	/* four digits leave the name 21 of the kernel's 31 */
#define WQLAB_MAX_WORKQUEUES		32
#define WQLAB_MAX_ISSUERS		64	/* groups of threads */
#define WQLAB_MAX_THREADS		256	/* of all groups together */
#define WQLAB_MAX_CPU_LIST		1024	/* entries */
#define WQLAB_MAX_DEPTH			4096
#define WQLAB_MAX_ITEMS_IN_FLIGHT	65536	/* of all threads together */
#define WQLAB_MAX_RUN_MEMORY		(256ULL << 20)
#define WQLAB_MAX_SAMPLE		1000000
#define WQLAB_MAX_ACTIVE		2048	/* the kernel may clamp lower */
#define WQLAB_MAX_BURST			4096
#define WQLAB_MAX_LINKS			1000000
#define WQLAB_MAX_TOUCH			(1U << 20)
#define WQLAB_MAX_ALLOC			(1U << 20)

#define WQLAB_NSEC_PER_SEC		1000000000ULL
#define WQLAB_MAX_DURATION_NS		(24 * 3600 * WQLAB_NSEC_PER_SEC)
#define WQLAB_MIN_INTERVAL_NS		1000ULL
#define WQLAB_MAX_INTERVAL_NS		(10 * WQLAB_NSEC_PER_SEC)
#define WQLAB_MAX_DELAY_NS		(3600 * WQLAB_NSEC_PER_SEC)
#define WQLAB_MAX_SLEEP_NS		(3600 * WQLAB_NSEC_PER_SEC)
/* Below the watchdogs' thresholds: soft lockup 20 s, RCU stall 21 s. */
#define WQLAB_MAX_SPIN_NS		(1 * WQLAB_NSEC_PER_SEC)
/* A softirq holds up its whole CPU. */
#define WQLAB_MAX_BH_SPIN_NS		(10 * 1000 * 1000ULL)
/* flush_work() can't be interrupted: what it may have to wait for, below the hung-task threshold. */
#define WQLAB_MAX_FLUSH_WAIT_NS		(60 * WQLAB_NSEC_PER_SEC)
/* How long items of a run that ended by time may go on with their bodies. */
#define WQLAB_DRAIN_GRACE_NS		(1 * WQLAB_NSEC_PER_SEC)
/* An item issued this much after its time is counted as late. */
#define WQLAB_LATE_SLACK_NS		(100 * 1000ULL)

#endif
