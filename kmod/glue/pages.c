// SPDX-License-Identifier: GPL-2.0
/* C, because pages and their flags are the kernel's own types. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "pages.h"

struct wqlab_pages {
	void *memory;
	unsigned long count;
	struct page *pages[];
};

#define AT_ONCE 1024UL

static void unpin(struct wqlab_pages *held)
{
	for (unsigned long i = 0; i < held->count; i += AT_ONCE) {
		unpin_user_pages_dirty_lock(held->pages + i, min(held->count - i, AT_ONCE), true);
		cond_resched();
	}
	kvfree(held);
}

/*
 * Of what stands for a file, pages that are written behind the file system's back lose what it has for them to be kept
 * by. Not every kernel refuses them a FOLL_LONGTERM.
 */
static bool is_memory(struct page *const *pages, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		if (!folio_test_swapbacked(page_folio(pages[i])))
			return false;
	return true;
}

/*
 * Fewer than asked for are no error of pin_user_pages_fast(). Pages that are not there are not fetched: that might
 * take for ever, and meanwhile no family could be registered.
 */
static int pin(struct wqlab_pages *held, unsigned long address, unsigned long count)
{
	const unsigned int flags = FOLL_WRITE | FOLL_LONGTERM | FOLL_NOFAULT;

	while (held->count < count) {
		const int pinned = pin_user_pages_fast(address + held->count * PAGE_SIZE,
						       min(count - held->count, AT_ONCE), flags,
						       held->pages + held->count);

		if (pinned <= 0)
			return pinned ?: -EFAULT;
		held->count += pinned;
		if (!is_memory(held->pages + held->count - pinned, pinned))
			return -EINVAL;
		cond_resched();
	}
	return 0;
}

int wqlab_pages_hold(uint64_t address, uint64_t size, struct wqlab_pages **pages)
{
	const unsigned long count = size >> PAGE_SHIFT;
	struct wqlab_pages *held;
	int error = -ENOMEM;

	if (!current->mm || !count || !PAGE_ALIGNED(address) || !PAGE_ALIGNED(size))
		return -EINVAL;
	held = kvzalloc(struct_size(held, pages, count), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!held)
		return -ENOMEM;
	error = pin(held, address, count);
	if (!error) {
		held->memory = vmap(held->pages, count, VM_MAP, PAGE_KERNEL);
		error = held->memory ? 0 : -ENOMEM;
	}
	if (error)
		unpin(held);
	else
		*pages = held;
	return error;
}

void wqlab_pages_let_go(struct wqlab_pages *held)
{
	vunmap(held->memory);
	unpin(held);
}

void *wqlab_pages_memory(struct wqlab_pages *held)
{
	return held->memory;
}
