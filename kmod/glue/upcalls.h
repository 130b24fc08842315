/* SPDX-License-Identifier: GPL-2.0 */
/* What C++ implements, and the .c files call. */
#ifndef WQLAB_GLUE_UPCALLS_H
#define WQLAB_GLUE_UPCALLS_H

#include "types.h"
#include "context.h"
#include "trace.h"

WQLAB_BEGIN_C

struct sk_buff;
struct genl_info;
struct netlink_callback;
struct work_struct;

/* Loading: 0 or -errno. */
int wqlab_init(void);
void wqlab_exit(void);

/* An item of a run executes: wqlab_item() and wqlab_bare_item() (context.h) tell who runs. In a worker or a softirq. */
void wqlab_item_execute(struct work_struct *work, struct wqlab_context context);
void wqlab_bare_item_execute(struct work_struct *work, struct wqlab_context context);

/* Requests, in a task; 0 or -errno. */
int wqlab_nl_info(struct genl_info *info);
int wqlab_nl_run_start(struct genl_info *info);
int wqlab_nl_run_release(struct genl_info *info);
int wqlab_nl_run_stop(struct genl_info *info);
int wqlab_nl_run_forget(struct genl_info *info);
int wqlab_nl_run_get(struct genl_info *info);
/* A dump: start gives a cursor, next fills parts until it returns 0, done frees. */
int wqlab_nl_dump_start(struct genl_info *info, void **cursor);
int wqlab_nl_dump_next(void *cursor, struct sk_buff *part, struct netlink_callback *cb);
void wqlab_nl_dump_done(void *cursor);
/* Of a snapshot, the same. */
int wqlab_nl_snapshot_start(struct genl_info *info, void **cursor);
int wqlab_nl_snapshot_next(void *cursor, struct sk_buff *part, struct netlink_callback *cb);
void wqlab_nl_snapshot_done(void *cursor);
/* Of the checks that there are, the same; and the requests about one. */
int wqlab_nl_check_list_start(struct genl_info *info, void **cursor);
int wqlab_nl_check_list_next(void *cursor, struct sk_buff *part, struct netlink_callback *cb);
void wqlab_nl_check_list_done(void *cursor);
int wqlab_nl_check_start(struct genl_info *info);
int wqlab_nl_check_get(struct genl_info *info);
int wqlab_nl_check_answer(struct genl_info *info);
int wqlab_nl_check_stop(struct genl_info *info);
int wqlab_nl_latency_start(struct genl_info *info);
int wqlab_nl_latency_stop(struct genl_info *info);
int wqlab_nl_latency_dump_start(struct genl_info *info, void **cursor);
int wqlab_nl_latency_dump_next(void *cursor, struct sk_buff *part, struct netlink_callback *cb);
void wqlab_nl_latency_dump_done(void *cursor);

/*
 * Tracepoints, with interrupts off: any work item of the machine. Addresses,
 * because nobody says that what they point to is there: pwq and work of queue,
 * and work of start, are; nothing else is. Worker: who executes it.
 */
void wqlab_trace_queue(void *recorder, uint32_t cpu, uintptr_t pwq, uintptr_t work);
void wqlab_trace_activate(void *recorder, uint32_t cpu, uintptr_t work);
void wqlab_trace_start(void *recorder, uint32_t cpu, uintptr_t work, uintptr_t worker);
void wqlab_trace_end(void *recorder, uint32_t cpu, uintptr_t work, uintptr_t worker, uintptr_t function);
void wqlab_trace_seen(void *observer, uintptr_t work, enum wqlab_trace_event event);

/* A generic-netlink socket of the initial namespace closed. */
void wqlab_nl_socket_closed(uint32_t portid);

WQLAB_END_C

#endif
