// SPDX-License-Identifier: GPL-2.0
/*
 * C, because kprobes and registers are the kernel's structs. Handlers run in
 * the context that calls, with preemption off; where the kernel has them by a
 * breakpoint it counts as an NMI, too: no such function is called within a
 * probe of ours.
 */
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "../uapi/wqlab.h"
#include "features.h"
#include "kernel_functions.h"
#include "upcalls.h"

static const struct {
	const char *name;
	const char *or_name;	/* where the first is not there */
	enum wqlab_function which;
	bool returns;		/* it matters when, or with what */
	const char *words;	/* what is not told without it */
} wanted[] = {
#if WQLAB_HAVE_DISABLE
	{ "__flush_work", "flush_work", WQLAB_FLUSH_WORK, true, "flushes of items" },
#else
	/* Compilers give flush_work() a copy of the other, whose only other caller cancels. */
	{ "flush_work", NULL, WQLAB_FLUSH_WORK, true, "flushes of items" },
#endif
	{ "__flush_workqueue", "flush_workqueue", WQLAB_FLUSH_WORKQUEUE, true, "flushes of workqueues" },
	{ "cancel_work", NULL, WQLAB_CANCEL, true, "cancel_work()" },
	{ "cancel_work_sync", NULL, WQLAB_CANCEL, true, "cancel_work_sync()" },
	{ "cancel_delayed_work", NULL, WQLAB_CANCEL, true, "cancel_delayed_work()" },
	{ "cancel_delayed_work_sync", NULL, WQLAB_CANCEL, true, "cancel_delayed_work_sync()" },
#if WQLAB_HAVE_DISABLE
	{ "disable_work", NULL, WQLAB_CANCEL, true, "disable_work()" },
	{ "disable_work_sync", NULL, WQLAB_CANCEL, true, "disable_work_sync()" },
	{ "disable_delayed_work", NULL, WQLAB_CANCEL, true, "disable_delayed_work()" },
	{ "disable_delayed_work_sync", NULL, WQLAB_CANCEL, true, "disable_delayed_work_sync()" },
#endif
	{ "create_worker", NULL, WQLAB_CREATE_WORKER, true, "managers, and workers made" },
	{ "pool_mayday_timeout", NULL, WQLAB_MAYDAY, false, "maydays" },
	{ "worker_attach_to_pool", NULL, WQLAB_ATTACH, false, "rescues" },
	{ "apply_workqueue_attrs_locked", NULL, WQLAB_ATTRIBUTES, false, "changes of attributes" },
	{ "workqueue_set_max_active", NULL, WQLAB_ATTRIBUTES, false, "changes of max_active" },
};

/* Of one: the one probe or the other. */
struct probe {
	void *recorder;
	enum wqlab_function which;
	bool there;
	bool returns;
	unsigned long passed_over;	/* that were told */
	struct kprobe entry;
	struct kretprobe both;
};

struct wqlab_calls {
	struct probe probes[ARRAY_SIZE(wanted)];
};

static void tell(const struct probe *probe, struct wqlab_kernel_call *call)
{
	/* An NMI, as which a breakpoint counts, is counted among the interrupts, too. */
	const uint32_t context = hardirq_count() > (in_nmi() ? HARDIRQ_OFFSET : 0) ? WQLAB_TRACE_CONTEXT_HARDIRQ :
				 in_serving_softirq() ? WQLAB_TRACE_CONTEXT_SOFTIRQ :
							WQLAB_TRACE_CONTEXT_TASK;
	unsigned long flags;

	call->which = probe->which;
	local_irq_save(flags);
	wqlab_event_call(probe->recorder,
			 (struct wqlab_who){
				 .comm = current->comm,
				 .task = current->pid | context << WQLAB_TRACE_CONTEXT_SHIFT,
				 .cpu = smp_processor_id(),
			 },
			 call);
	local_irq_restore(flags);
}

static int enters(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct wqlab_kernel_call call = {
		.function = (uintptr_t)kprobe->addr,
		.arguments = { regs_get_kernel_argument(regs, 0), regs_get_kernel_argument(regs, 1) },
	};

	tell(container_of(kprobe, struct probe, entry), &call);
	return 0;
}

static int begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = get_kretprobe(instance);
	struct wqlab_kernel_call call = {
		.arguments = { regs_get_kernel_argument(regs, 0), regs_get_kernel_argument(regs, 1) },
	};

	if (!kretprobe)
		return 1;
	*(uintptr_t *)instance->data = call.arguments[0];
	call.function = (uintptr_t)kretprobe->kp.addr;
	tell(container_of(kretprobe, struct probe, both), &call);
	return 0;
}

static int returns(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = get_kretprobe(instance);
	struct wqlab_kernel_call call = {
		.returned = true,
		.arguments = { *(uintptr_t *)instance->data },
		.result = regs_return_value(regs),
	};

	if (kretprobe) {
		call.function = (uintptr_t)kretprobe->kp.addr;
		tell(container_of(kretprobe, struct probe, both), &call);
	}
	return 0;
}

/* So many at a time: each has an item or a workqueue to wait for. */
enum { CALLS_AT_ONCE = 256 };

static bool attach(struct probe *probe, const char *name)
{
	if (!name)
		return false;
	if (probe->returns) {
		memset(&probe->both, 0, sizeof(probe->both));
		probe->both.kp.symbol_name = name;
		probe->both.entry_handler = begins;
		probe->both.handler = returns;
		probe->both.data_size = sizeof(uintptr_t);
		probe->both.maxactive = CALLS_AT_ONCE;
		return register_kretprobe(&probe->both) == 0;
	}
	memset(&probe->entry, 0, sizeof(probe->entry));
	probe->entry.symbol_name = name;
	probe->entry.pre_handler = enters;
	return register_kprobe(&probe->entry) == 0;
}

struct wqlab_calls *wqlab_calls_attach(void *recorder, void (*missing)(void *context, const char *words),
				       void *context, bool *canceled)
{
	struct wqlab_calls *calls = kvzalloc(sizeof(*calls), GFP_KERNEL);

	*canceled = false;
	if (!calls)
		return NULL;
	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct probe *probe = &calls->probes[i];

		*canceled = signal_pending(current);
		if (*canceled) {
			wqlab_calls_detach(calls);
			return NULL;
		}
		probe->recorder = recorder;
		probe->which = wanted[i].which;
		probe->returns = wanted[i].returns;
		probe->there = attach(probe, wanted[i].name) || attach(probe, wanted[i].or_name);
		if (!probe->there)
			missing(context, wanted[i].words);
	}
	return calls;
}

/* What kprobe_profile of tracefs sums, too: the kernel counts on one CPU while another does, so some may be missing. */
static unsigned long missed(const struct probe *probe)
{
	if (!probe->there)
		return 0;
	return probe->returns ? READ_ONCE(probe->both.kp.nmissed) + READ_ONCE(probe->both.nmissed) :
				READ_ONCE(probe->entry.nmissed);
}

void wqlab_calls_passed_over(struct wqlab_calls *calls,
			     void (*tell)(void *context, const char *words, unsigned long count), void *context)
{
	for (unsigned int i = 0; calls && i < ARRAY_SIZE(wanted); i++) {
		struct probe *probe = &calls->probes[i];
		const unsigned long count = missed(probe), before = probe->passed_over;

		probe->passed_over = count;
		if (count != before)
			tell(context, wanted[i].words, count - before);
	}
}

void wqlab_calls_detach(struct wqlab_calls *calls)
{
	struct kprobe *entries[ARRAY_SIZE(wanted)];
	struct kretprobe *both[ARRAY_SIZE(wanted)];
	int entry_count = 0, both_count = 0;

	if (!calls)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct probe *probe = &calls->probes[i];

		if (!probe->there)
			continue;
		if (probe->returns)
			both[both_count++] = &probe->both;
		else
			entries[entry_count++] = &probe->entry;
	}
	/* Together: each time it is a grace period. */
	unregister_kretprobes(both, both_count);
	unregister_kprobes(entries, entry_count);
	kvfree(calls);
}
