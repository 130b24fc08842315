// SPDX-License-Identifier: GPL-2.0
/*
 * C, because kprobes and registers are the kernel's structs.
 *
 * No function that looks up symbols is exported. A kprobe says where one is,
 * but calling it would fault on hardware with IBT: the ENDBR of functions that
 * nobody calls through a pointer is sealed at boot. So a second kprobe, on a
 * function of our own that does nothing, sends its caller there instead: the
 * return from the breakpoint is no tracked branch, and the arguments are in
 * their registers already.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>

#include "symbols.h"

struct found {
	unsigned long address;
	unsigned int count;
};

/*
 * Stands for the function at the address, which gets the first three arguments.
 * Only if nobody sends its caller there, because kprobes were disarmed (debugfs
 * can), does it run itself. notrace: a probe by ftrace could not send it
 * elsewhere.
 */
static notrace unsigned long
stand_in(unsigned long a, unsigned long b, unsigned long c, uintptr_t address, bool *stayed)
{
	*stayed = true;
	return 0;
}

static int go_there(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, regs_get_kernel_argument(regs, 3));
	return 1;
}

/* A probe with this one is never optimised into a jump, which would return to where it came from. */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe detour = {
	.addr = (kprobe_opcode_t *)stand_in,
	.pre_handler = go_there,
	.post_handler = after,
};

/* Only its address is wanted. It is never armed: that takes memory, and so does disarming, without which it stays. */
static struct kprobe each_match = {
	.symbol_name = "kallsyms_on_each_match_symbol",
	.flags = KPROBE_FLAG_DISABLED,
};
static uintptr_t on_each_match;
static bool can_call;

int wqlab_symbols_init(void)
{
	int error = register_kprobe(&each_match);

	if (error)
		return error;
	/* It is after the ENDBR, if there is one. */
	on_each_match = (uintptr_t)each_match.addr;
	unregister_kprobe(&each_match);
	error = register_kprobe(&detour);
	can_call = !error;
	/* A name that there is, so that no symbol at all is told from no such symbol. */
	if (can_call && !wqlab_symbol("kallsyms_on_each_match_symbol"))
		return -ENXIO;
	return error;
}

void wqlab_symbols_exit(void)
{
	if (can_call)
		unregister_kprobe(&detour);
	can_call = false;
}

bool wqlab_call(uintptr_t address, unsigned long a, unsigned long b, unsigned long c, unsigned long *result)
{
	typeof(stand_in) *function = stand_in;
	bool stayed = false;
	unsigned long value;

	if (!can_call)
		return false;
	/* The compiler must expect what any function may do. */
	OPTIMIZER_HIDE_VAR(function);
	value = function(a, b, c, address, &stayed);
	if (result)
		*result = value;
	return !stayed;
}

static int note(void *data, unsigned long address)
{
	struct found *found = data;

	found->address = address;
	found->count++;
	return 0;
}

uintptr_t wqlab_symbol(const char *name)
{
	struct found found = { };

	if (!wqlab_call(on_each_match, (unsigned long)note, (unsigned long)name,
			(unsigned long)&found, NULL))
		return 0;
	return found.count == 1 ? found.address : 0;
}

void wqlab_symbol_name(uintptr_t address, char *name, size_t size)
{
	snprintf(name, size, "%ps", (void *)address);
}
