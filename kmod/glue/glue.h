/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one boundary between C++ and the kernel: plain C, opaque handles,
 * fixed-width types. The C side implements the first part, C++ the second.
 * Work, completion and mutex storage is C++'s, sized by layout.h.
 *
 * "Any context" below means task, softirq and hardirq.
 */
#ifndef WQLAB_GLUE_H
#define WQLAB_GLUE_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
extern "C" {
#else
#include <linux/types.h>
#endif

struct device;
struct workqueue_struct;
struct work_struct;
struct task_struct;
struct completion;
struct mutex;
struct lock_class_key;
struct sk_buff;
struct genl_info;
struct netlink_callback;
struct nlattr;

/* ---- the kernel's own ---- */

/*
 * Functions that are on every item's path, so that even a jump counts. C sees
 * their real declarations too: these can't differ.
 */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
int wake_up_process(struct task_struct *thread);	/* any context */
void schedule(void);

/* ---- memory.c ---- */

/* Zeroed, on or near node (-1: any), cache-line aligned; NULL when there is none. May sleep. */
void *wqlab_alloc(size_t bytes, int node);
void wqlab_free(void *memory);
/* What an item's body allocates: no sleep when atomic. Any context but hardirq. */
void *wqlab_body_alloc(size_t bytes, bool atomic);
void wqlab_body_free(void *memory);

/* ---- cpu.c ---- */

uint32_t wqlab_nr_cpus(void);		/* nr_cpu_ids */
bool wqlab_cpu_online(uint32_t cpu);
/* The first online CPU after cpu, wrapping; cpu may be UINT32_MAX. */
uint32_t wqlab_next_online_cpu(uint32_t cpu);
int wqlab_cpu_node(uint32_t cpu);
bool wqlab_node_online(uint32_t node);
uint32_t wqlab_this_cpu(void);		/* a hint unless pinned or not preemptible */
const char *wqlab_release(void);	/* utsname()->release */

/* Who runs, and where. */
struct wqlab_context {
	uint32_t cpu;	/* a hint unless pinned or not preemptible */
	int32_t pid;
	int32_t nice;
	uint32_t softirq;
};
struct wqlab_context wqlab_current(void);
/*
 * The work functions of runs' items, which go on in load/item.cc. They begin
 * in C, where who runs can be told without a call: an empty item feels each.
 */
void wqlab_item(struct work_struct *work);
void wqlab_bare_item(struct work_struct *work);
void wqlab_item_execute(struct work_struct *work, struct wqlab_context context);
void wqlab_bare_item_execute(struct work_struct *work, struct wqlab_context context);
/* From begin to end nothing else of this CPU runs in the same kind of context. */
uint32_t wqlab_pin_begin(void);		/* the CPU */
void wqlab_pin_end(void);

/* ---- time.c ---- */

uint64_t wqlab_now(void);		/* ktime_get_ns(): the same on all CPUs; any context */
uint64_t wqlab_now_anywhere(void);	/* also from within timekeeping; may then step back by a tick */
/*
 * For measuring what is short (lab/clock.hh): whether the kernel trusts the
 * TSC, so that its cycles may be read on any CPU; and what makes nanoseconds of
 * a difference, times mult and shifted right by WQLAB_STAMP_SHIFT. Without it,
 * stamps are wqlab_now().
 */
extern bool wqlab_stamp_is_tsc;
extern uint32_t wqlab_stamp_mult;
#define WQLAB_STAMP_SHIFT 22
void wqlab_stamp_init(void);		/* once, before the first stamp */
void wqlab_relax(void);			/* cpu_relax() */
void wqlab_resched(void);		/* cond_resched() */
void wqlab_sleep(uint64_t ns);		/* not interruptible; may sleep longer */

/* ---- thread.c ---- */

/* Not running yet; cpu -1: anywhere. NULL when there is no memory or thread. */
struct task_struct *wqlab_thread_create(void (*main)(void *), void *argument,
					int cpu, const char *name);
/* Waits for main's return and releases the thread; one that has not run yet never does. */
void wqlab_thread_stop(struct task_struct *thread);
/* From now on the caller does not preempt whom it finds running when it wakes up: SCHED_BATCH. */
void wqlab_thread_batch(void);
/*
 * The sleeper's half of a wake-up: prepare, look at the condition, then
 * schedule() or, if there is something to do, cancel.
 */
void wqlab_sleep_prepare(void);
void wqlab_sleep_commit_until(uint64_t deadline);	/* wqlab_now() time */
void wqlab_sleep_cancel(void);

void wqlab_event_init(struct completion *event);
void wqlab_event_signal(struct completion *event);	/* any context */
/* Consumes one signal; false: none came within ns. UINT64_MAX waits for ever. */
bool wqlab_event_wait(struct completion *event, uint64_t ns);

void wqlab_gate_open(struct completion *gate);	/* for all that wait and will; any context */
void wqlab_gate_close(struct completion *gate);

/* Lockdep takes all mutexes of one class, which is a static object, for one. */
void wqlab_mutex_init(struct mutex *mutex, const char *name, struct lock_class_key *lock_class);
void wqlab_mutex_destroy(struct mutex *mutex);
void wqlab_mutex_lock(struct mutex *mutex);
/* For a worker: waiting long is no hung task. */
void wqlab_mutex_lock_patiently(struct mutex *mutex);
void wqlab_mutex_unlock(struct mutex *mutex);

/* ---- workqueue.c ---- */

enum wqlab_work_kind { WQLAB_WORK_PLAIN, WQLAB_WORK_DELAYED, WQLAB_WORK_RCU };

/* enum wqlab_wq_flag, enum wqlab_feature */
uint32_t wqlab_wq_flags_known(void);
uint32_t wqlab_features(void);
/* The name is not a format. NULL: refused or no memory. */
struct workqueue_struct *wqlab_wq_create(const char *name, uint32_t flags, uint32_t max_active);
/* With the kernel's own flags named by enum wqlab_wq_flag, exactly: nothing added. */
struct workqueue_struct *wqlab_wq_create_exactly(const char *name, uint32_t flags, int max_active);
/* create_workqueue(), create_singlethread_workqueue(): plain, single. */
struct workqueue_struct *wqlab_wq_create_legacy(const char *name, bool single);
/* Waits for all queued items. */
void wqlab_wq_destroy(struct workqueue_struct *wq);
/* devm_alloc_workqueue(): the device destroys it. NULL: refused, no memory, or this kernel has none. */
struct workqueue_struct *wqlab_wq_create_managed(struct device *device, const char *name, uint32_t flags,
						 uint32_t max_active);
bool wqlab_wq_is_manageable(void);
/* A device that is nothing but one; NULL: no memory, or the name is taken. */
struct device *wqlab_device_create(const char *name);
/* Waits for what is managed, unless objects are released late on purpose (false). */
void wqlab_device_destroy(struct device *device);
bool wqlab_device_ends_at_once(void);
/* The i-th exported system workqueue's name, NULL past the last. */
const char *wqlab_wq_system_name(unsigned int i);
/* It, and its flags; NULL: no such name. */
struct workqueue_struct *wqlab_wq_system(const char *name, uint32_t *flags);

/*
 * Lockdep does not judge such an item: it would take all for one, and what
 * checks have their items do to each other is what it exists to forbid.
 */
void wqlab_work_init(struct work_struct *work, enum wqlab_work_kind kind,
		     void (*function)(struct work_struct *work));
void wqlab_work_init_deferrable(struct work_struct *work, void (*function)(struct work_struct *work));
/* Right after that, of items that never wait for each other: it does, in process context or in softirqs. */
void wqlab_work_judge(struct work_struct *work, bool bh);
/*
 * As the kernel's functions of these names; true: was not pending before. Any
 * context. queue_on: on a CPU that has gone offline, as queue_work().
 * queue_bare_on: as the kernel, which does not look, so that a BH item may wait
 * for its CPU's return; cpu -1 is WORK_CPU_UNBOUND.
 */
bool wqlab_queue_on(struct workqueue_struct *wq, struct work_struct *work, uint32_t cpu);
bool wqlab_queue_bare_on(struct workqueue_struct *wq, struct work_struct *work, int cpu);
bool wqlab_queue_node(struct workqueue_struct *wq, struct work_struct *work, uint32_t node);
bool wqlab_queue_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns);
bool wqlab_queue_rcu(struct workqueue_struct *wq, struct work_struct *work);
/* True: was pending and has been re-armed. */
bool wqlab_mod_delayed(struct workqueue_struct *wq, struct work_struct *work, uint64_t ns);
/* True: was pending and will not run for that. Not for RCU work. */
bool wqlab_cancel(struct work_struct *work, enum wqlab_work_kind kind);
/* Waits; true: there was something to wait for. */
bool wqlab_flush(struct work_struct *work, enum wqlab_work_kind kind);

/* ---- symbols.c ---- */

/* 0 or -errno: then no symbol is found and nothing may be called. */
int wqlab_symbols_init(void);
void wqlab_symbols_exit(void);
/* Calls a kernel function that is not exported, at an address from wqlab_symbol(). */
unsigned long wqlab_call(unsigned long a, unsigned long b, unsigned long c, uintptr_t address);
/* The kernel's own symbol of that name; 0: there is none, or more than one. Sleeps. */
uintptr_t wqlab_symbol(const char *name);
/* As %ps: the symbol, and [module]. Any context. */
void wqlab_symbol_name(uintptr_t address, char *name, size_t size);

/* ---- attributes.c ---- */

struct wqlab_attributes {
	uint64_t cpus;	/* of the first 64; 0: all possible ones */
	int nice;
	int scope;	/* the kernel's enum wq_affn_scope */
	bool strict;
};
/* False: this kernel has not what is needed. */
bool wqlab_attributes_init(void);
/* As apply_workqueue_attrs(); 0 or -errno. Sleeps. */
int wqlab_attributes_apply(struct workqueue_struct *wq, const struct wqlab_attributes *wanted);
/* -1: this kernel has no such scope. */
int wqlab_scope_of(const char *name);

/* ---- promises.c ---- */

/* As the kernel's functions of these names; cpu -1 is WORK_CPU_UNBOUND. */
bool wqlab_queue_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu, uint64_t jiffies_delay);
bool wqlab_mod_delayed_on(struct workqueue_struct *wq, struct work_struct *work, int cpu, uint64_t jiffies_delay);
bool wqlab_cancel_sync(struct work_struct *work, enum wqlab_work_kind kind);
bool wqlab_disable(struct work_struct *work, enum wqlab_work_kind kind, bool sync);
bool wqlab_enable(struct work_struct *work, enum wqlab_work_kind kind);
bool wqlab_enable_and_queue(struct workqueue_struct *wq, struct work_struct *work);
bool wqlab_work_pending(struct work_struct *work);
#define WQLAB_BUSY_PENDING 1
#define WQLAB_BUSY_RUNNING 2
uint32_t wqlab_work_busy(struct work_struct *work);
bool wqlab_timer_pending(struct work_struct *work);
uint64_t wqlab_timer_expires(struct work_struct *work);	/* jiffies */
bool wqlab_timer_is_deferrable(struct work_struct *work);
void wqlab_flush_workqueue(struct workqueue_struct *wq);
void wqlab_drain_workqueue(struct workqueue_struct *wq);
void wqlab_set_max_active(struct workqueue_struct *wq, int max_active);
bool wqlab_congested(int cpu, struct workqueue_struct *wq);
bool wqlab_schedule_work(struct work_struct *work);
long wqlab_work_on_cpu(uint32_t cpu, long (*function)(void *argument), void *argument);
/* storage: of WQLAB_SIZEOF_EXECUTE_WORK bytes, until the function has run. */
int wqlab_execute_in_process_context(void (*function)(struct work_struct *work), void *storage);
struct work_struct *wqlab_current_work(void);
void wqlab_set_description(const char *text);
void wqlab_current_command(char command[16]);
/* -1: this kernel can't say. */
int wqlab_current_is_mem_reclaim(void);
uint64_t wqlab_current_cpus(void);	/* where current may run, of the first 64 */
/* Call and wait until it has returned; the first one interrupts this CPU. */
void wqlab_call_in_hardirq(void (*function)(void *argument), void *argument);
void wqlab_call_with_bh_off(void (*function)(void *argument), void *argument);
void wqlab_call_with_irqs_off(void (*function)(void *argument), void *argument);
bool wqlab_in_hardirq(void);
bool wqlab_in_softirq(void);
/* Their balance is the caller's; nothing is counted if the second says so. */
void wqlab_preempt_disable(void);
void wqlab_preempt_enable(void);
bool wqlab_preempt_is_counted(void);
bool wqlab_atomic_sleep_is_reported(void);	/* CONFIG_DEBUG_ATOMIC_SLEEP */
bool wqlab_work_is_tracked(void);		/* CONFIG_DEBUG_OBJECTS_WORK */
void wqlab_rcu_read_lock(void);
void wqlab_rcu_read_unlock(void);
uint64_t wqlab_rcu_cookie(void);		/* get_state_synchronize_rcu() */
bool wqlab_rcu_passed(uint64_t cookie);		/* poll_state_synchronize_rcu() */
int wqlab_cpu_down(uint32_t cpu);		/* remove_cpu(), add_cpu(): 0 or -errno */
int wqlab_cpu_up(uint32_t cpu);
void wqlab_pin_module(void);			/* it can't be removed any more */
/* The length. */
int wqlab_format(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int wqlab_format_list(char *text, size_t size, const char *format, __builtin_va_list arguments);

/* ---- kernel_log.c ---- */

/* Counts lines of the kernel's log that hold a text, from attach to detach; if so told, those that name workqueue code only. */
struct wqlab_log {
	const char *wanted;
	bool of_workqueues;
	uint32_t count;
};
bool wqlab_log_attach(struct wqlab_log *log);
void wqlab_log_detach(struct wqlab_log *log);

/* ---- inspect.c ---- */

/* Copies from an address that may be anything; false: nothing is there. Any context. */
bool wqlab_peek(void *to, uintptr_t from, size_t size);
/* Sets a variable of the kernel's, which must be there. */
void wqlab_poke(uintptr_t to, uint64_t value);
/* The kernel's own locks, at addresses found by symbol or layout. */
void wqlab_lock_mutex_at(uintptr_t lock);
void wqlab_unlock_mutex_at(uintptr_t lock);
unsigned long wqlab_lock_raw(uintptr_t lock);	/* disables interrupts */
void wqlab_unlock_raw(uintptr_t lock, unsigned long flags);
/* The entry with the lowest id from *id on, 0: none. The caller keeps entries from going. */
uintptr_t wqlab_idr_next(uintptr_t idr, int *id);
uintptr_t wqlab_per_cpu(uintptr_t variable, uint32_t cpu);
uint64_t wqlab_jiffies(void);
uint64_t wqlab_jiffies_to_ns(uint64_t n);
uint32_t wqlab_hz(void);
/* What stands for an address outside: as %p prints it; and a faster one of our own. */
uint64_t wqlab_identity(uintptr_t address);
void wqlab_hash_init(void);
uint64_t wqlab_hash(uintptr_t address);

struct wqlab_task {
	char command[16];
	uintptr_t cpus;		/* its cpumask */
	uint64_t runtime_ns;	/* up to its last tick or switch */
	int32_t pid;
	int32_t cpu;
	int32_t nice;
	bool runnable;
	bool on_cpu;
};
/* False: there is no task at that address. Any context. */
bool wqlab_look_at_task(uintptr_t task, struct wqlab_task *look);

/* Addresses of CPU masks, each of nr_cpu_ids bits. */
uintptr_t wqlab_possible_cpus(void);
uintptr_t wqlab_online_cpus(void);
uintptr_t wqlab_node_cpus(uint32_t node);
uint32_t wqlab_nr_nodes(void);		/* nr_node_ids */
bool wqlab_node_possible(uint32_t node);

/* ---- trace.c ---- */

/* Of the address that stands for who executes an item: it is a softirq of that task. */
#define WQLAB_WORKER_IS_SOFTIRQ 1
/* The struct worker of the current task, 0: it is none. Any context. */
uintptr_t wqlab_current_worker(void);

/* The i-th tracepoint that is wanted and this kernel lacks; NULL: no more. Sleeps. */
const char *wqlab_trace_lacks(unsigned int i);
/* From now on the kernel calls the four functions below for this recorder; 0 or -errno. */
int wqlab_trace_attach(void *recorder);
/* Once it returns they are not called, and nobody is in them. */
void wqlab_trace_detach(void *recorder);
/* The same of wqlab_trace_seen(), for those who want to know in which order things happen, and nothing else. */
int wqlab_trace_observe(void *observer);
void wqlab_trace_ignore(void *observer);

/* ---- netlink.c ---- */

int wqlab_nl_register(void);
void wqlab_nl_unregister(void);
/* -error, with the reason and the attribute (may be NULL) in the extack. */
int wqlab_nl_refuse(struct genl_info *info, const void *attribute, int error,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));
const struct nlattr *wqlab_nl_attribute(struct genl_info *info, int type);
/* The request's whole attribute stream. */
const void *wqlab_nl_stream(struct genl_info *info, size_t *bytes);
uint32_t wqlab_nl_portid(struct genl_info *info);

struct sk_buff *wqlab_nl_reply_new(struct genl_info *info, uint8_t command, size_t size);
int wqlab_nl_reply_send(struct genl_info *info, struct sk_buff *message);
struct sk_buff *wqlab_nl_event_new(uint8_t command);
void wqlab_nl_event_send(struct sk_buff *message);
void wqlab_nl_message_free(struct sk_buff *message);
/* One message of a dump; NULL: this part is full. */
void *wqlab_nl_part_begin(struct sk_buff *part, struct netlink_callback *cb, uint8_t command);
void wqlab_nl_part_end(struct sk_buff *part, void *header);
void wqlab_nl_part_cancel(struct sk_buff *part, void *header);

/* False: no room. */
bool wqlab_nl_put(struct sk_buff *message, int type, const void *bytes, size_t length);
bool wqlab_nl_put_u64(struct sk_buff *message, int type, uint64_t value, int pad);
bool wqlab_nl_put_string(struct sk_buff *message, int type, const char *value);
void *wqlab_nl_nest_begin(struct sk_buff *message, int type);
void wqlab_nl_nest_end(struct sk_buff *message, void *nest);

/* ---- implemented in C++ ---- */

int wqlab_init(void);
void wqlab_exit(void);
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
enum wqlab_trace_event { WQLAB_TRACE_QUEUE, WQLAB_TRACE_ACTIVATE, WQLAB_TRACE_START, WQLAB_TRACE_END };
void wqlab_trace_seen(void *observer, uintptr_t work, enum wqlab_trace_event event);
/* A generic-netlink socket of the initial namespace closed. */
void wqlab_nl_socket_closed(uint32_t portid);

#ifdef __cplusplus
}
#endif

#endif
