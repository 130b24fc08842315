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
 * Stands for the function at the address, with up to three arguments. notrace:
 * a probe by ftrace could not send it elsewhere. noipa: callers must expect
 * what any function may do.
 */
__attribute__((noipa)) notrace unsigned long
wqlab_call(unsigned long a, unsigned long b, unsigned long c, uintptr_t address)
{
	asm volatile("");
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
	.addr = (kprobe_opcode_t *)wqlab_call,
	.pre_handler = go_there,
	.post_handler = after,
};

static struct kprobe each_match = { .symbol_name = "kallsyms_on_each_match_symbol" };
static bool can_call;

int wqlab_symbols_init(void)
{
	int error = register_kprobe(&each_match);

	if (error)
		return error;
	/* Only its address was wanted. It is after the ENDBR, if there is one. */
	unregister_kprobe(&each_match);
	error = register_kprobe(&detour);
	can_call = !error;
	return error;
}

void wqlab_symbols_exit(void)
{
	if (can_call)
		unregister_kprobe(&detour);
	can_call = false;
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

	if (can_call)
		wqlab_call((unsigned long)note, (unsigned long)name, (unsigned long)&found,
			   (uintptr_t)each_match.addr);
	return found.count == 1 ? found.address : 0;
}

void wqlab_symbol_name(uintptr_t address, char *name, size_t size)
{
	snprintf(name, size, "%ps", (void *)address);
}
