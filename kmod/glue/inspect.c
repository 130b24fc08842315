// SPDX-License-Identifier: GPL-2.0
/* C, because locks are macros, and their debug variants too. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "inspect.h"

static siphash_key_t hash_key;
static bool printk_hashes;

static uint64_t as_printed(const void *address)
{
	char text[24];
	unsigned long long value;

	snprintf(text, sizeof(text), "%p", address);
	return kstrtoull(text, 16, &value) ? 0 : value;
}

void wqlab_hash_init(void)
{
	get_random_bytes(&hash_key, sizeof(hash_key));
	/* Not "(____ptrval____)". */
	printk_hashes = as_printed(&hash_key) != 0;
}

bool wqlab_peek(void *to, uintptr_t from, size_t size)
{
	return copy_from_kernel_nofault(to, (const void *)from, size) == 0;
}

/* mutex_lock() knows no time-out, and who only tries has no place in its queue: hence often. */
bool wqlab_lock_mutex_within(uintptr_t lock, uint64_t *left_ns)
{
	const u64 begin = ktime_get_ns(), most = *left_ns;

	while (!mutex_trylock((struct mutex *)lock)) {
		u64 waited;

		if (!*left_ns || fatal_signal_pending(current))
			return false;
		usleep_range(50, 100);
		waited = ktime_get_ns() - begin;
		*left_ns = waited < most ? most - waited : 0;
	}
	return true;
}

void wqlab_unlock_mutex_at(uintptr_t lock)
{
	mutex_unlock((struct mutex *)lock);
}

unsigned long wqlab_lock_raw(uintptr_t lock)
	__acquires(lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave((raw_spinlock_t *)lock, flags);
	return flags;
}

void wqlab_unlock_raw(uintptr_t lock, unsigned long flags)
	__releases(lock)
{
	raw_spin_unlock_irqrestore((raw_spinlock_t *)lock, flags);
}

uint64_t wqlab_hash(uintptr_t address)
{
	return address ? siphash_1u64(address, &hash_key) ?: 1 : 0;
}

uint64_t wqlab_identity(uintptr_t address)
{
	if (!address)
		return 0;
	return printk_hashes ? as_printed((const void *)address) : lower_32_bits(wqlab_hash(address)) ?: 1;
}
