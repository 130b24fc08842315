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
	WQLAB_CMD_SNAPSHOT,	/* dump: the machine's pools and workqueues at one moment */
	WQLAB_CMD_LATENCY_START,/* do: record every item of the machine */
	WQLAB_CMD_LATENCY_STOP,	/* do: stand still; records stay until the socket closes */
	WQLAB_CMD_LATENCY_GET,	/* dump: what was recorded */
	WQLAB_CMD_CHECK_LIST,	/* dump: the checks that there are, in order */
	WQLAB_CMD_CHECK_START,	/* do: begin one; it belongs to the socket */
	WQLAB_CMD_CHECK_GET,	/* do: how far it is, or what came out */
	WQLAB_CMD_CHECK_ANSWER,	/* do: what came of the step that it asked for */
	WQLAB_CMD_CHECK_STOP,	/* do: give it up */
	WQLAB_CMD_CHECK_TURN,	/* event: check-get has something new to say */

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
	WQLAB_A_INFO_VIEW,		/* nest, multi: enum wqlab_view, what a snapshot
					 * can show of this kernel */

	__WQLAB_A_INFO_MAX,
	WQLAB_A_INFO_MAX = __WQLAB_A_INFO_MAX - 1
};

enum wqlab_limit {
	WQLAB_A_LIMIT_NAME = 1,		/* string */
	WQLAB_A_LIMIT_VALUE,		/* u64 */

	__WQLAB_A_LIMIT_MAX,
	WQLAB_A_LIMIT_MAX = __WQLAB_A_LIMIT_MAX - 1
};

enum wqlab_view {
	WQLAB_A_VIEW_SECTION = 1,	/* u32: a bit of enum wqlab_section; 0: latency */
	WQLAB_A_VIEW_LACKS,		/* string, multi: symbols and fields that this
					 * kernel lacks; none: the view is available */

	__WQLAB_A_VIEW_MAX,
	WQLAB_A_VIEW_MAX = __WQLAB_A_VIEW_MAX - 1
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

/*
 * A snapshot: tables that refer to each other by index, sent in chunks. A
 * message holds one chunk of one table; a table's chunks come in order, and
 * tables that others refer to (strings, masks) may grow until the end. Arrays
 * are of the structs below. "string" and "mask" are indices into those tables.
 */
#define WQLAB_NONE	(~0U)		/* no such string, mask, workqueue, ... */
#define WQLAB_NEVER	(~0ULL)		/* no such time */

enum wqlab_section {
	WQLAB_SECTION_SCOPES = 1 << 0,	/* scopes, pods, cpu-pods, nodes */
	WQLAB_SECTION_POOLS = 1 << 1,
	WQLAB_SECTION_WORKQUEUES = 1 << 2,/* workqueues, cpu-pwqs, pwqs */
	WQLAB_SECTION_RESCUERS = 1 << 3,/* the rescuer fields of workqueues */
	WQLAB_SECTION_NODES = 1 << 4,	/* node-active */
	WQLAB_SECTION_WORK = 1 << 5,	/* workers, works, flushers */
	WQLAB_SECTION_TIMERS = 1 << 6,
	WQLAB_SECTION_HOGS = 1 << 7,
};
#define WQLAB_SECTIONS_ALL	((1 << 8) - 1)

enum wqlab_snapshot {
	WQLAB_A_SNAPSHOT_SECTIONS = 1,	/* u32: enum wqlab_section; request: absent is all;
					 * reply: those that are there */
	WQLAB_A_SNAPSHOT_HEAD,		/* binary struct wqlab_snap_head: the first message */
	WQLAB_A_SNAPSHOT_TROUBLE,	/* string: where a walk stopped, and why */
	WQLAB_A_SNAPSHOT_STRINGS,	/* binary: NUL-terminated strings */
	WQLAB_A_SNAPSHOT_MASKS,		/* binary u64[]: mask_words for each mask */
	WQLAB_A_SNAPSHOT_SCOPES,	/* binary struct wqlab_snap_scope[] */
	WQLAB_A_SNAPSHOT_PODS,		/* binary struct wqlab_snap_pod[] */
	WQLAB_A_SNAPSHOT_CPU_PODS,	/* binary struct wqlab_snap_cpu_pod[] */
	WQLAB_A_SNAPSHOT_NODES,		/* binary struct wqlab_snap_node[] */
	WQLAB_A_SNAPSHOT_POOLS,		/* binary struct wqlab_snap_pool[] */
	WQLAB_A_SNAPSHOT_WORKQUEUES,	/* binary struct wqlab_snap_workqueue[] */
	WQLAB_A_SNAPSHOT_PWQS,		/* binary struct wqlab_snap_pwq[] */
	WQLAB_A_SNAPSHOT_CPU_PWQS,	/* binary struct wqlab_snap_cpu_pwq[] */
	WQLAB_A_SNAPSHOT_NODE_ACTIVE,	/* binary struct wqlab_snap_node_active[] */
	WQLAB_A_SNAPSHOT_WORKERS,	/* binary struct wqlab_snap_worker[] */
	WQLAB_A_SNAPSHOT_WORKS,		/* binary struct wqlab_snap_work[] */
	WQLAB_A_SNAPSHOT_FLUSHERS,	/* binary struct wqlab_snap_flusher[] */
	WQLAB_A_SNAPSHOT_TIMERS,	/* binary struct wqlab_snap_timer[] */
	WQLAB_A_SNAPSHOT_HOGS,		/* binary struct wqlab_snap_hog[] */

	__WQLAB_A_SNAPSHOT_MAX,
	WQLAB_A_SNAPSHOT_MAX = __WQLAB_A_SNAPSHOT_MAX - 1
};

struct wqlab_snap_head {
	__u64 time_ns;			/* CLOCK_MONOTONIC when it was begun */
	__u64 took_ns;
	__u64 longest_hold_ns;		/* of a pool's lock, interrupts off */
	__u64 cpu_intensive_thresh_us;
	__s32 longest_hold_pool;	/* that pool's id, -1: none was taken */
	__u32 nr_cpu_ids;
	__u32 mask_words;
	__u32 hz;
	__u32 possible_cpus;		/* masks, WQLAB_NONE where not to be had */
	__u32 online_cpus;
	__u32 unbound_cpus;		/* wq_unbound_cpumask */
	__u32 requested_cpus;		/* wq_requested_unbound_cpumask */
	__u32 isolated_cpus;		/* wq_isolated_cpumask */
	__u32 shard_size;		/* wq_cache_shard_size; WQLAB_NONE: no such thing */
	__u32 watchdog_thresh;		/* seconds, 0: off; WQLAB_NONE: no watchdog */
	__u32 flags;			/* enum wqlab_snap_state */
};

enum wqlab_snap_state {
	WQLAB_STATE_FREEZING = 1 << 0,	/* workqueue_freezing */
	WQLAB_STATE_FORCE_RR = 1 << 1,	/* wq_debug_force_rr_cpu */
};

/* An affinity scope: one of wq_pod_types[]. */
struct wqlab_snap_scope {
	__u32 type;			/* the kernel's enum wq_affn_scope */
	__u32 name;			/* string */
	__u32 is_default;		/* what "default" means: wq_affn_dfl */
	__u32 nr_pods;
};

struct wqlab_snap_pod {
	__u32 scope;			/* its type */
	__u32 pod;
	__s32 node;
	__u32 cpus;			/* mask */
};

struct wqlab_snap_cpu_pod {
	__u32 scope;
	__u32 cpu;
	__s32 pod;
	__u32 reserved;
};

struct wqlab_snap_node {
	__u32 node;
	__u32 cpus;			/* mask */
};

enum wqlab_pool_flag {
	WQLAB_POOL_BH = 1 << 0,
	WQLAB_POOL_MANAGER_ACTIVE = 1 << 1,
	WQLAB_POOL_DISASSOCIATED = 1 << 2,
	WQLAB_POOL_BH_DRAINING = 1 << 3,
	WQLAB_POOL_STRICT = 1 << 8,	/* attrs->affn_strict */
	WQLAB_POOL_PENDING_CUT = 1 << 9,/* more is pending than was copied */
	WQLAB_POOL_BUSY_CUT = 1 << 10,	/* more is busy than was copied */
	WQLAB_POOL_SPLIT = 1 << 11,	/* copied under more than one hold of its lock */
};

struct wqlab_snap_pool {
	__u64 since_progress_ns;	/* while it has pending items; else WQLAB_NEVER */
	__u64 hold_ns;			/* its lock, for this copy */
	__u64 idle_timer_ns;		/* due in, WQLAB_NEVER: not armed */
	__u64 mayday_timer_ns;
	__s32 id;
	__s32 cpu;			/* -1: unbound */
	__s32 node;
	__u32 raw_flags;		/* the kernel's own bits */
	__u32 flags;			/* enum wqlab_pool_flag */
	__s32 refcnt;
	__s32 nice;
	__s32 nr_workers;
	__s32 nr_idle;
	__s32 nr_running;
	__u32 nr_pending;		/* on its worklist, barriers and all, as far as copied */
	__u32 nr_busy;
	__u32 cpus;			/* mask: attrs->cpumask */
	__u32 pod_cpus;			/* mask: attrs->__pod_cpumask */
	__u32 scope;			/* attrs->affn_scope */
	__s32 manager;			/* pid, 0: nobody manages it now */
};

/* The low ten bits are enum wqlab_wq_flag. */
enum wqlab_snap_wq_flag {
	WQLAB_SNAP_WQ_DESTROYING = 1 << 16,
	WQLAB_SNAP_WQ_DRAINING = 1 << 17,
	WQLAB_SNAP_WQ_LEGACY = 1 << 18,
	WQLAB_SNAP_WQ_DEPRECATED = 1 << 19,
	WQLAB_SNAP_WQ_STRICT = 1 << 24,	/* attrs->affn_strict */
	WQLAB_SNAP_WQ_IN_SYSFS = 1 << 25,
	WQLAB_SNAP_WQ_FROZEN = 1 << 26,	/* freezable, and workqueues are frozen */
	WQLAB_SNAP_WQ_PWQS_CUT = 1 << 27,/* more pwqs than were copied */
};

struct wqlab_snap_workqueue {
	__u64 identity;			/* the hash of its address, as the kernel's %p prints it */
	__u32 name;			/* string */
	__u32 symbol;			/* string: the system workqueue's variable, or WQLAB_NONE */
	__u32 raw_flags;		/* the kernel's own bits */
	__u32 flags;			/* enum wqlab_wq_flag, enum wqlab_snap_wq_flag */
	__s32 min_active;
	__s32 max_active;
	__s32 saved_min_active;
	__s32 saved_max_active;
	__u32 scope;			/* attrs->affn_scope; WQLAB_NONE: per-CPU */
	__s32 nice;			/* of attrs, else of its pools */
	__u32 cpus;			/* mask: attrs->cpumask, or WQLAB_NONE */
	__u32 effective_cpus;		/* mask: of its default pool, or WQLAB_NONE */
	__s32 nr_drainers;
	__s32 work_color;
	__s32 flush_color;
	__s32 nr_pwqs_to_flush;
	__u32 dfl_pwq;			/* index of its default pwq, or WQLAB_NONE */
	__u32 first_pwq;		/* its pwqs are consecutive */
	__u32 nr_pwqs;
	__s32 rescuer_pid;		/* 0: it has none */
	__u32 rescuer_cpus;		/* mask: where the rescuer may run now */
	__s32 rescuer_pool;		/* the pool it works on; -1: idle */
	__u32 nr_maydays;		/* pwqs that wait for the rescuer */
	__u32 reserved;
};

enum wqlab_pwq_flag {
	WQLAB_PWQ_PLUGGED = 1 << 0,
	WQLAB_PWQ_MAYDAY = 1 << 1,	/* on the list of maydays */
	WQLAB_PWQ_NODE_PENDING = 1 << 2,/* waits for its node's nr_active */
};

#define WQLAB_PWQ_STATS		8
#define WQLAB_PWQ_COLORS	16

enum wqlab_pwq_stat {
	WQLAB_PWQ_STAT_STARTED,
	WQLAB_PWQ_STAT_COMPLETED,
	WQLAB_PWQ_STAT_CPU_TIME,	/* us */
	WQLAB_PWQ_STAT_CPU_INTENSIVE,
	WQLAB_PWQ_STAT_CM_WAKEUP,
	WQLAB_PWQ_STAT_REPATRIATED,
	WQLAB_PWQ_STAT_MAYDAY,
	WQLAB_PWQ_STAT_RESCUED,
};

struct wqlab_snap_pwq {
	__u64 identity;
	__u64 stats[WQLAB_PWQ_STATS];	/* by enum wqlab_pwq_stat */
	__s32 in_flight[WQLAB_PWQ_COLORS];
	__u32 workqueue;		/* index */
	__s32 pool;			/* id */
	__s32 refcnt;
	__s32 nr_active;
	__u32 nr_inactive;		/* items, not barriers, as far as copied */
	__s32 work_color;
	__s32 flush_color;
	__u32 flags;			/* enum wqlab_pwq_flag */
};

/* The pwq that an item queued on this CPU goes to. */
struct wqlab_snap_cpu_pwq {
	__u32 workqueue;		/* index */
	__u32 cpu;
	__u32 pwq;			/* index */
	__s32 pool;			/* its id */
};

/* max_active of an unbound workqueue is counted on each node. */
struct wqlab_snap_node_active {
	__u32 workqueue;		/* index */
	__s32 node;			/* -1: the default */
	__s32 nr;
	__s32 max;
	__u32 nr_pending_pwqs;
	__u32 reserved;
};

enum wqlab_worker_flag {
	WQLAB_WORKER_DIE = 1 << 0,
	WQLAB_WORKER_IDLE = 1 << 1,
	WQLAB_WORKER_PREP = 1 << 2,
	WQLAB_WORKER_CPU_INTENSIVE = 1 << 3,
	WQLAB_WORKER_UNBOUND = 1 << 4,
	WQLAB_WORKER_REBOUND = 1 << 5,
	WQLAB_WORKER_RESCUER = 1 << 8,
	WQLAB_WORKER_BH = 1 << 9,	/* no task: a softirq */
	WQLAB_WORKER_MANAGER = 1 << 10,
	WQLAB_WORKER_SLEEPING = 1 << 11,/* its task is not runnable */
	WQLAB_WORKER_ON_CPU = 1 << 12,	/* its task has a CPU now */
	WQLAB_WORKER_SINCE_AT_LEAST = 1 << 13,/* busy_ns is a lower bound */
};

struct wqlab_snap_worker {
	__u64 busy_ns;			/* with its item; WQLAB_NEVER: idle or not known */
	__u64 idle_ns;			/* WQLAB_NEVER: busy */
	__u64 work;			/* identity of the item, 0: none */
	__s32 pool;			/* id; of an idle rescuer -1 */
	__s32 pid;			/* 0: BH */
	__s32 id;
	__u32 raw_flags;
	__u32 flags;			/* enum wqlab_worker_flag */
	__u32 function;			/* string: symbol, and [module]; of the item or WQLAB_NONE */
	__u32 pwq;			/* index: of the item */
	__u32 workqueue;		/* index: of the item; of a rescuer, its own */
	__u32 description;		/* string: set_worker_desc(), or WQLAB_NONE */
	__u32 command;			/* string: the task's name */
	__u32 cpus;			/* mask: where it may run */
	__s32 cpu;			/* where it runs or last ran */
	__s32 nice;
	__u32 reserved;
};

enum wqlab_work_state {
	WQLAB_WORK_PENDING,		/* on its pool's worklist */
	WQLAB_WORK_SCHEDULED,		/* handed to a worker, behind what it does */
	WQLAB_WORK_INACTIVE,		/* held back by max_active */
};

struct wqlab_snap_work {
	__u64 identity;
	__u64 barrier_target;		/* the item a barrier waits for, 0: no barrier or not known */
	__s32 pool;			/* id */
	__u32 pwq;			/* index, or WQLAB_NONE */
	__u32 workqueue;		/* index, or WQLAB_NONE */
	__u32 state;			/* enum wqlab_work_state; in order within each */
	__u32 function;			/* string */
	__u32 is_barrier;		/* of flush_work() or flush_workqueue() */
	__s32 waiter;			/* pid of who waits behind a barrier, else 0 */
	__u32 waiter_command;		/* string */
	__s32 worker;			/* pid of the worker, if scheduled */
	__u32 reserved;
};

enum wqlab_flusher_state {
	WQLAB_FLUSHER_FIRST,		/* the one that flushes */
	WQLAB_FLUSHER_QUEUED,
	WQLAB_FLUSHER_OVERFLOW,		/* no colour was left for it */
};

struct wqlab_snap_flusher {
	__u32 workqueue;		/* index */
	__u32 state;			/* enum wqlab_flusher_state */
	__s32 color;
	__s32 pid;			/* 0: not waiting yet */
	__u32 command;			/* string */
	__u32 reserved;
};

/* A delayed work whose timer has not fired. */
struct wqlab_snap_timer {
	__s64 due_ns;			/* in so long; negative: overdue */
	__u64 work;			/* identity */
	__u32 function;			/* string */
	__u32 workqueue;		/* index */
	__s32 cpu;			/* queued for; -1: WORK_CPU_UNBOUND */
	__u32 timer_cpu;		/* whose wheel it is on */
	__u32 cpu_online;		/* of the timer's CPU */
	__u32 deferrable;
};

/* An item function that ran longer than cpu_intensive_thresh_us at a stretch. */
struct wqlab_snap_hog {
	__u64 count;
	__u32 function;			/* string */
	__u32 reserved;
};

/*
 * Latency: of every item that is queued and executed while it records, by
 * workqueue, function and CPU. One recording at a time; it belongs to the
 * socket that started it and ends with it. A dump begins with a message of all
 * but KEY; the others are of one key each, which may have several.
 */
enum wqlab_latency_attr {
	WQLAB_A_LATENCY_ELAPSED = 1,	/* u64 ns: recorded so far */
	WQLAB_A_LATENCY_PROBES,		/* u64: calls of the four probes */
	WQLAB_A_LATENCY_PROBES_TIMED,	/* u64: of which so many were timed */
	WQLAB_A_LATENCY_PROBES_NS,	/* u64 ns: what those took together */
	WQLAB_A_LATENCY_LOST_ITEMS,	/* u64: not recorded, the table of items was full */
	WQLAB_A_LATENCY_LOST_KEYS,	/* u64: not recorded, the table of keys was full */
	WQLAB_A_LATENCY_UNPAIRED,	/* u64: executions of what was queued before the recording:
					 * only their run is known, and of BH no workqueue */
	WQLAB_A_LATENCY_MEMORY,		/* u64 bytes */
	WQLAB_A_LATENCY_KEY,		/* nest: enum wqlab_latency_key, one in a message */
	WQLAB_A_LATENCY_WAITING,	/* u64: queued and not begun: they wait, or were cancelled */
	WQLAB_A_LATENCY_RUNNING,	/* u64: begun and not ended */
	WQLAB_A_LATENCY_PAD,

	__WQLAB_A_LATENCY_MAX,
	WQLAB_A_LATENCY_MAX = __WQLAB_A_LATENCY_MAX - 1
};

enum wqlab_latency_key {
	WQLAB_A_LATENCY_KEY_WQ_NAME = 1,/* string */
	WQLAB_A_LATENCY_KEY_WQ_IDENTITY,/* u64: as wqlab_snap_workqueue's */
	WQLAB_A_LATENCY_KEY_FUNCTION,	/* string */
	WQLAB_A_LATENCY_KEY_CPU,	/* u32: that executed it, at its end */
	WQLAB_A_LATENCY_KEY_STAGE,	/* nest, multi: enum wqlab_latency_stage */
	WQLAB_A_LATENCY_KEY_INDEX,	/* u32: the same in all messages of a key, which follow each other */
	WQLAB_A_LATENCY_KEY_PAD,

	__WQLAB_A_LATENCY_KEY_MAX,
	WQLAB_A_LATENCY_KEY_MAX = __WQLAB_A_LATENCY_KEY_MAX - 1
};

enum wqlab_stage {
	WQLAB_STAGE_INACTIVE,		/* queue to activate: held back by max_active */
	WQLAB_STAGE_PENDING,		/* activate to start: waits for a worker */
	WQLAB_STAGE_RUN,		/* start to end */
};
#define WQLAB_STAGES	3

enum wqlab_latency_stage {
	WQLAB_A_LATENCY_STAGE_STAGE = 1,/* u32: enum wqlab_stage */
	WQLAB_A_LATENCY_STAGE_COUNT,	/* u64 */
	WQLAB_A_LATENCY_STAGE_SUM,	/* u64 ns */
	WQLAB_A_LATENCY_STAGE_MIN,	/* u64 ns */
	WQLAB_A_LATENCY_STAGE_MAX_VALUE,/* u64 ns */
	WQLAB_A_LATENCY_STAGE_BUCKETS,	/* binary struct wqlab_bucket[] */
	WQLAB_A_LATENCY_STAGE_PAD,

	__WQLAB_A_LATENCY_STAGE_MAX,
	WQLAB_A_LATENCY_STAGE_MAX = __WQLAB_A_LATENCY_STAGE_MAX - 1
};

/*
 * Checks: each judges one promise of the kernel's documentation. One at a
 * time. What only user space can do (write a file of sysfs), a check asks for
 * as a step, which check-get shows and check-answer answers.
 */
enum wqlab_check {
	WQLAB_A_CHECK_ID = 1,		/* string: such as "flush.waits-for-last-instance" */
	WQLAB_A_CHECK_ROW,		/* u32: the promise's number */
	WQLAB_A_CHECK_PART,		/* string: "a", "b" where a number has parts */
	WQLAB_A_CHECK_GROUP,		/* string */
	WQLAB_A_CHECK_TITLE,		/* string: what is promised */
	WQLAB_A_CHECK_SOURCE,		/* string: where */
	WQLAB_A_CHECK_CLASSES,		/* u32: enum wqlab_check_class; 0: the default set */
	WQLAB_A_CHECK_PROOF,		/* string, multi: faults that it must see */
	WQLAB_A_CHECK_KNOWN,		/* string: the reference of a deviation known in this kernel */
	WQLAB_A_CHECK_FAULT,		/* string: start: judge a stand-in with this fault */
	WQLAB_A_CHECK_SEED,		/* u64: start: of every random choice */
	WQLAB_A_CHECK_STATE,		/* u32: enum wqlab_check_state */
	WQLAB_A_CHECK_STATUS,		/* u32: enum wqlab_check_status */
	WQLAB_A_CHECK_REASON,		/* string: of a failure or a skip */
	WQLAB_A_CHECK_EVIDENCE,		/* string, multi: what was seen */
	WQLAB_A_CHECK_ELAPSED,		/* u64 ns */
	WQLAB_A_CHECK_QUARANTINED,	/* flag: it hung and could not be ended: its thread and
					 * memory stay, and the module can't be removed */
	WQLAB_A_CHECK_STEP,		/* u32: number of the step, from 1 */
	WQLAB_A_CHECK_STEP_KIND,	/* u32: enum wqlab_check_step */
	WQLAB_A_CHECK_STEP_PATH,	/* string */
	WQLAB_A_CHECK_STEP_TEXT,	/* string: to write; in an answer: what was read */
	WQLAB_A_CHECK_STEP_ERROR,	/* u32: in an answer: errno, 0: done */
	WQLAB_A_CHECK_PAD,

	__WQLAB_A_CHECK_MAX,
	WQLAB_A_CHECK_MAX = __WQLAB_A_CHECK_MAX - 1
};

enum wqlab_check_class {
	WQLAB_CHECK_NEGATIVE = 1 << 0,	/* makes the kernel warn */
	WQLAB_CHECK_HOTPLUG = 1 << 1,	/* takes CPUs away */
	WQLAB_CHECK_SLOW = 1 << 2,	/* takes more than seconds */
	WQLAB_CHECK_NUMA = 1 << 3,	/* needs two nodes */
	WQLAB_CHECK_MEMORY = 1 << 4,	/* makes threads or memory scarce */
	WQLAB_CHECK_FREEZER = 1 << 5,	/* freezes tasks and workqueues */
};

enum wqlab_check_state {
	WQLAB_CHECK_RUNNING,
	WQLAB_CHECK_ASKING,		/* waits for check-answer */
	WQLAB_CHECK_DONE,
};

enum wqlab_check_status {
	WQLAB_CHECK_PASS,
	WQLAB_CHECK_FAIL,
	WQLAB_CHECK_KNOWN,		/* fails as this kernel is known to */
	WQLAB_CHECK_SKIP,
};

enum wqlab_check_step {
	WQLAB_STEP_WRITE,
	WQLAB_STEP_READ,
	WQLAB_STEP_LIST,		/* a directory's names, one in a line */
};

#define WQLAB_STEP_PATH_LEN	192	/* with the NUL */
#define WQLAB_STEP_TEXT_LEN	1024	/* with the NUL */

#endif
