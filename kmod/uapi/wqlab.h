/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * The wire contract between wqlab.ko and wqctl: generic netlink family
 * "wqlab", version 1. wqlab.yaml beside this file says the same in the
 * kernel's netlink-spec language; a test compares the two.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC, integers are host-endian,
 * strings are NUL-terminated, CPU numbers are the kernel's.
 */
#ifndef _UAPI_WQLAB_H
#define _UAPI_WQLAB_H

#include <linux/types.h>

#define WQLAB_FAMILY_NAME	"wqlab"
#define WQLAB_FAMILY_VERSION	1
#define WQLAB_MCGRP_EVENTS	"events"

/* A workqueue's name; the kernel sees it as "wqlab<run>-<name>". */
#define WQLAB_NAME_LEN		22	/* with the NUL */
#define WQLAB_LABEL_LEN		64	/* with the NUL */

/*
 * Everything but info needs CAP_SYS_ADMIN in the initial user namespace.
 * A run belongs to the socket that started it and stops when that socket
 * closes, unless it was started detached.
 */
enum wqlab_cmd {
	WQLAB_CMD_INFO = 1,	/* do: versions, features, limits */
	WQLAB_CMD_RUN_START,	/* do: create a run; it starts unless held */
	WQLAB_CMD_RUN_RELEASE,	/* do: let a held run begin */
	WQLAB_CMD_RUN_STOP,	/* do: ask a run to end; run-end tells when it has */
	WQLAB_CMD_RUN_FORGET,	/* do: drop an ended run and its records */
	WQLAB_CMD_RUN_GET,	/* do: state of one; dump: state of all, or,
				 * with an id, everything about one */
	WQLAB_CMD_RUN_PROGRESS,	/* event: run state, a few times a second */
	WQLAB_CMD_RUN_END,	/* event: the run has ended, its records stand still */

	__WQLAB_CMD_MAX,
	WQLAB_CMD_MAX = __WQLAB_CMD_MAX - 1
};

/* info */
enum wqlab_info {
	WQLAB_A_INFO_MODULE_VERSION = 1,/* string */
	WQLAB_A_INFO_RELEASE,		/* string: utsname release */
	WQLAB_A_INFO_FEATURES,		/* u32: enum wqlab_feature */
	WQLAB_A_INFO_WQ_FLAGS,		/* u32: enum wqlab_wq_flag that this kernel has */
	WQLAB_A_INFO_SYSTEM_WQ,		/* string, multi: system workqueues */
	WQLAB_A_INFO_LIMIT,		/* nest, multi: enum wqlab_limit */
	WQLAB_A_INFO_SUB_BITS,		/* u32: histogram sub-bucket bits */

	__WQLAB_A_INFO_MAX,
	WQLAB_A_INFO_MAX = __WQLAB_A_INFO_MAX - 1
};

enum wqlab_limit {
	WQLAB_A_LIMIT_NAME = 1,		/* string */
	WQLAB_A_LIMIT_VALUE,		/* u64 */

	__WQLAB_A_LIMIT_MAX,
	WQLAB_A_LIMIT_MAX = __WQLAB_A_LIMIT_MAX - 1
};

/* Ways in which kernels differ; see kmod/glue/features.h. */
enum wqlab_feature {
	WQLAB_FEATURE_ORDERED_SYSFS = 1 << 0,	/* WQ_SYSFS goes with ordered */
	WQLAB_FEATURE_BH_PERCPU = 1 << 1,	/* WQ_BH goes with WQ_PERCPU */
	WQLAB_FEATURE_PREEMPT_RT = 1 << 2,	/* BH items may be preempted */
};

/* run: the request of run-start and the reply of run-get */
enum wqlab_run {
	WQLAB_A_RUN_ID = 1,		/* u32 */
	WQLAB_A_RUN_LABEL,		/* string: what list shows */
	WQLAB_A_RUN_ITEMS,		/* u64: end after this many, all issuers together */
	WQLAB_A_RUN_DURATION,		/* u64 ns: end after this time */
	WQLAB_A_RUN_SAMPLE,		/* u32: time one item in so many; all are counted */
	WQLAB_A_RUN_SEED,		/* u64: of every random choice */
	WQLAB_A_RUN_DETACHED,		/* flag: outlive the socket */
	WQLAB_A_RUN_HELD,		/* flag: create, but wait for run-release */
	WQLAB_A_RUN_WORKQUEUE,		/* nest, multi: enum wqlab_wq */
	WQLAB_A_RUN_ISSUER,		/* nest, multi: enum wqlab_issuer */

	/* only in replies */
	WQLAB_A_RUN_STATE,		/* u32: enum wqlab_run_state */
	WQLAB_A_RUN_END_REASON,		/* u32: enum wqlab_end_reason */
	WQLAB_A_RUN_ELAPSED,		/* u64 ns: since it began, until it ended */
	WQLAB_A_RUN_MEMORY,		/* u64: bytes of its records and items */
	WQLAB_A_RUN_QUEUED,		/* u64 */
	WQLAB_A_RUN_REFUSED,		/* u64: queue calls that found the item pending */
	WQLAB_A_RUN_EXECUTED,		/* u64 */
	WQLAB_A_RUN_CANCELLED,		/* u64 */

	/* only in a dump with an id: one of these in each message */
	WQLAB_A_RUN_WQ_RESULT,		/* nest: enum wqlab_wq_result */
	WQLAB_A_RUN_FLOWS,		/* nest: enum wqlab_flows */
	WQLAB_A_RUN_WORKERS,		/* nest: enum wqlab_workers */
	WQLAB_A_RUN_HISTOGRAM,		/* nest: enum wqlab_histogram */
	WQLAB_A_RUN_PAD,

	__WQLAB_A_RUN_MAX,
	WQLAB_A_RUN_MAX = __WQLAB_A_RUN_MAX - 1
};

enum wqlab_run_state {
	WQLAB_RUN_HELD,			/* created, waits for run-release */
	WQLAB_RUN_RUNNING,
	WQLAB_RUN_DRAINING,		/* nothing new is issued, items are awaited */
	WQLAB_RUN_ENDED,
};

enum wqlab_end_reason {
	WQLAB_END_NONE,			/* has not ended */
	WQLAB_END_ITEMS,
	WQLAB_END_DURATION,
	WQLAB_END_STOP,			/* run-stop */
	WQLAB_END_OWNER_GONE,		/* the socket closed */
	WQLAB_END_UNLOAD,		/* the module is being removed */
};

/* One workqueue of a run: an own one (name and flags) or a system one. */
enum wqlab_wq {
	WQLAB_A_WQ_NAME = 1,		/* string */
	WQLAB_A_WQ_FLAGS,		/* u32: enum wqlab_wq_flag */
	WQLAB_A_WQ_MAX_ACTIVE,		/* u32: 0 is the kernel's default */
	WQLAB_A_WQ_SYSTEM,		/* string: "system_highpri_wq", ... */

	__WQLAB_A_WQ_MAX,
	WQLAB_A_WQ_MAX = __WQLAB_A_WQ_MAX - 1
};

/* Ours, not the kernel's: those differ between releases. */
enum wqlab_wq_flag {
	WQLAB_WQ_BH = 1 << 0,
	WQLAB_WQ_UNBOUND = 1 << 1,
	WQLAB_WQ_FREEZABLE = 1 << 2,
	WQLAB_WQ_MEM_RECLAIM = 1 << 3,
	WQLAB_WQ_HIGHPRI = 1 << 4,
	WQLAB_WQ_CPU_INTENSIVE = 1 << 5,
	WQLAB_WQ_SYSFS = 1 << 6,
	WQLAB_WQ_POWER_EFFICIENT = 1 << 7,
	WQLAB_WQ_PERCPU = 1 << 8,
	WQLAB_WQ_ORDERED = 1 << 9,	/* alloc_ordered_workqueue() */
};
#define WQLAB_WQ_FLAGS_ALL	((1 << 10) - 1)

/* A group of kernel threads that queue items on one workqueue. */
enum wqlab_issuer {
	WQLAB_A_ISSUER_WQ = 1,		/* u32: index among the run's workqueues */
	WQLAB_A_ISSUER_THREADS,		/* u32 */
	WQLAB_A_ISSUER_CPUS,		/* binary u32[]: thread i on cpus[i % n];
					 * absent: all online CPUs in turn */
	WQLAB_A_ISSUER_MODE,		/* u32: enum wqlab_mode */
	WQLAB_A_ISSUER_DEPTH,		/* u32: items of each thread */
	WQLAB_A_ISSUER_INTERVAL,	/* u64 ns: between a thread's arrivals or bursts */
	WQLAB_A_ISSUER_POISSON,		/* flag: exponential intervals */
	WQLAB_A_ISSUER_BURST,		/* u32: items a burst */
	WQLAB_A_ISSUER_LINKS,		/* u32: how often a chain's item requeues itself */
	WQLAB_A_ISSUER_DELAY,		/* u64 ns: of queue_delayed_work() */
	WQLAB_A_ISSUER_MOD_PERCENT,	/* u32: then mod_delayed_work() */
	WQLAB_A_ISSUER_CANCEL_PERCENT,	/* u32: cancelled right after queueing */
	WQLAB_A_ISSUER_FLUSH_PERCENT,	/* u32: flushed right after queueing */
	WQLAB_A_ISSUER_COALESCE,	/* flag: queue whether or not the item is
					 * pending, as an interrupt handler does */
	WQLAB_A_ISSUER_QUEUE_CPU,	/* u32: queue_work_on() */
	WQLAB_A_ISSUER_QUEUE_NODE,	/* u32: queue_work_node() */
	WQLAB_A_ISSUER_BODY,		/* u32: enum wqlab_body */
	WQLAB_A_ISSUER_BYTES,		/* u64: of touch and alloc */
	WQLAB_A_ISSUER_TIME_DIST,	/* u32: enum wqlab_dist */
	WQLAB_A_ISSUER_TIME,		/* u64 ns: of spin, sleep, mutex: value,
					 * lower bound, or mean */
	WQLAB_A_ISSUER_TIME_MAX,	/* u64 ns: upper bound of a uniform time */

	__WQLAB_A_ISSUER_MAX,
	WQLAB_A_ISSUER_MAX = __WQLAB_A_ISSUER_MAX - 1
};

enum wqlab_mode {
	WQLAB_MODE_CLOSED,		/* keep DEPTH items in flight */
	WQLAB_MODE_OPEN,		/* one item every INTERVAL */
	WQLAB_MODE_BURST,		/* BURST items every INTERVAL */
	WQLAB_MODE_CHAIN,		/* closed, and items requeue themselves */
	WQLAB_MODE_DELAYED,		/* closed, through queue_delayed_work() */
	WQLAB_MODE_RCU,			/* closed, through queue_rcu_work() */

	__WQLAB_MODE_MAX,
	WQLAB_MODE_MAX = __WQLAB_MODE_MAX - 1
};

enum wqlab_body {
	WQLAB_BODY_NOTHING,
	WQLAB_BODY_SPIN,
	WQLAB_BODY_SLEEP,
	WQLAB_BODY_TOUCH,		/* one store to each cache line of BYTES */
	WQLAB_BODY_ALLOC,		/* kmalloc() and kfree() of BYTES */
	WQLAB_BODY_MUTEX,		/* spin for TIME under a mutex of the whole run */

	__WQLAB_BODY_MAX,
	WQLAB_BODY_MAX = __WQLAB_BODY_MAX - 1
};

enum wqlab_dist {
	WQLAB_DIST_FIXED,
	WQLAB_DIST_UNIFORM,
	WQLAB_DIST_EXPONENTIAL,

	__WQLAB_DIST_MAX,
	WQLAB_DIST_MAX = __WQLAB_DIST_MAX - 1
};

/* What one workqueue saw. queued = executed + cancelled once the run has ended. */
enum wqlab_wq_result {
	WQLAB_A_WQ_RESULT_INDEX = 1,	/* u32 */
	WQLAB_A_WQ_RESULT_NAME,		/* string: as in the request */
	WQLAB_A_WQ_RESULT_KERNEL_NAME,	/* string: what the kernel calls an own one;
					 * the variable of a system one */
	WQLAB_A_WQ_RESULT_FLAGS,	/* u32: enum wqlab_wq_flag */
	WQLAB_A_WQ_RESULT_ELAPSED,	/* u64 ns: until its last issuer had all items back */
	WQLAB_A_WQ_RESULT_QUEUED,	/* u64 */
	WQLAB_A_WQ_RESULT_REFUSED,	/* u64 */
	WQLAB_A_WQ_RESULT_EXECUTED,	/* u64 */
	WQLAB_A_WQ_RESULT_CANCELLED,	/* u64 */
	WQLAB_A_WQ_RESULT_DRAINED,	/* u64: of the executed: after a stop, body
					 * skipped, not timed */
	WQLAB_A_WQ_RESULT_FLUSHED,	/* u64: flush calls that waited */
	WQLAB_A_WQ_RESULT_MODIFIED,	/* u64: mod_delayed_work() calls that re-armed */
	WQLAB_A_WQ_RESULT_LATE,		/* u64: issued more than late_slack_ns after due */
	WQLAB_A_WQ_RESULT_LATE_MAX,	/* u64 ns */
	WQLAB_A_WQ_RESULT_ALLOC_FAILED,	/* u64: kmalloc() calls of bodies that failed */
	WQLAB_A_WQ_RESULT_SOFTIRQ,	/* u64: of the executed: in softirq context */
	WQLAB_A_WQ_RESULT_MIGRATED,	/* u64: ended on another CPU than they began on */
	WQLAB_A_WQ_RESULT_MAX_CONCURRENCY,/* u32: bound and BH: on any one CPU;
					 * unbound: in the whole system */
	WQLAB_A_WQ_RESULT_WORKERS_LOST,	/* u64: sightings of workers beyond the table */
	WQLAB_A_WQ_RESULT_REORDERED,	/* u64: ordered only: started after a later item
					 * of the same issuer */
	WQLAB_A_WQ_RESULT_PAD,

	__WQLAB_A_WQ_RESULT_MAX,
	WQLAB_A_WQ_RESULT_MAX = __WQLAB_A_WQ_RESULT_MAX - 1
};

/* Where items went. A long list comes in several messages. */
enum wqlab_flows {
	WQLAB_A_FLOWS_WQ = 1,		/* u32: index of the workqueue */
	WQLAB_A_FLOWS_QUEUED,		/* binary struct wqlab_flow[]: to == from,
					 * items queued from or for this CPU */
	WQLAB_A_FLOWS_EXECUTED,		/* binary struct wqlab_flow[]: queued at
					 * from, executed on to */

	__WQLAB_A_FLOWS_MAX,
	WQLAB_A_FLOWS_MAX = __WQLAB_A_FLOWS_MAX - 1
};

struct wqlab_flow {
	__u64 count;
	__u32 from;
	__u32 to;
};

/* The workers seen. BH items have none. */
enum wqlab_workers {
	WQLAB_A_WORKERS_WQ = 1,		/* u32: index of the workqueue */
	WQLAB_A_WORKERS_SEEN,		/* binary struct wqlab_worker[]: sorted by pid, each once */

	__WQLAB_A_WORKERS_MAX,
	WQLAB_A_WORKERS_MAX = __WQLAB_A_WORKERS_MAX - 1
};

struct wqlab_worker {
	__s32 pid;
	__s32 nice;
};

enum wqlab_latency {
	WQLAB_LATENCY_QUEUE_CALL,	/* the queue call itself */
	WQLAB_LATENCY_WAIT,		/* before the queue call to the function's start */
	WQLAB_LATENCY_RUN,		/* the function's body */
	WQLAB_LATENCY_TOTAL,		/* before the queue call to the body's end */

	__WQLAB_LATENCY_MAX,
	WQLAB_LATENCY_MAX = __WQLAB_LATENCY_MAX - 1
};

/*
 * Log-linear: see kmod/core/histogram.hh for the geometry. Empty buckets are
 * not sent. A long histogram comes in several messages; count, sum, min and
 * max are the whole one's in each.
 */
enum wqlab_histogram {
	WQLAB_A_HISTOGRAM_WQ = 1,	/* u32: index of the workqueue */
	WQLAB_A_HISTOGRAM_LATENCY,	/* u32: enum wqlab_latency */
	WQLAB_A_HISTOGRAM_COUNT,	/* u64 */
	WQLAB_A_HISTOGRAM_SUM,		/* u64 ns */
	WQLAB_A_HISTOGRAM_MIN,		/* u64 ns */
	WQLAB_A_HISTOGRAM_MAX_VALUE,	/* u64 ns */
	WQLAB_A_HISTOGRAM_BUCKETS,	/* binary struct wqlab_bucket[] */
	WQLAB_A_HISTOGRAM_PAD,

	__WQLAB_A_HISTOGRAM_MAX,
	WQLAB_A_HISTOGRAM_MAX = __WQLAB_A_HISTOGRAM_MAX - 1
};

struct wqlab_bucket {
	__u64 count;
	__u32 index;
	__u32 reserved;
};

#endif
