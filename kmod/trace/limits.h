/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a latency recording holds at most; all of it is allocated when it
 * starts, 14 MB together. `wqctl info` shows them.
 */
#ifndef WQLAB_TRACE_LIMITS_H
#define WQLAB_TRACE_LIMITS_H

#define WQLAB_LATENCY_BUCKETS	8192	/* of the table of items in flight: a power of two */
#define WQLAB_LATENCY_ITEMS	(WQLAB_LATENCY_BUCKETS * 7)
#define WQLAB_LATENCY_KEYS	4096	/* workqueue, function, CPU: a power of two */
#define WQLAB_LATENCY_CELLS	65535	/* powers of two of all histograms together, 128 bytes each */
/* One call of a probe in so many is timed. Prime, so that it is not always the same probe. */
#define WQLAB_LATENCY_TIMED	61

#endif
