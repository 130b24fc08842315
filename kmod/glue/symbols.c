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

#include "glue.h"

struct found {
	unsigned long address;
	unsigned int count;
};

/*
 * Stands for kallsyms_on_each_match_symbol(). notrace: a probe by ftrace could
 * not send it elsewhere. noipa: callers must expect what any function may do.
 */
static __attribute__((noipa)) notrace int
each_match(int (*function)(void *, unsigned long), const char *name, void *data)
{
	asm volatile("");
	return -ENOSYS;
}

static struct kprobe target = { .symbol_name = "kallsyms_on_each_match_symbol" };

static int go_to_target(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)target.addr);
	return 1;
}

/* A probe with this one is never optimised into a jump, which would return to where it came from. */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe detour = {
	.addr = (kprobe_opcode_t *)each_match,
	.pre_handler = go_to_target,
	.post_handler = after,
};

int wqlab_symbols_begin(void)
{
	int error = register_kprobe(&target);

	if (error)
		return error;
	/* Only its address was wanted. It is after the ENDBR, if there is one. */
	unregister_kprobe(&target);
	return register_kprobe(&detour);
}

void wqlab_symbols_end(void)
{
	unregister_kprobe(&detour);
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

	each_match(note, name, &found);
	return found.count == 1 ? found.address : 0;
}

void wqlab_symbol_name(uintptr_t address, char *name, size_t size)
{
	snprintf(name, size, "%ps", (void *)address);
}
