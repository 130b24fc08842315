// SPDX-License-Identifier: GPL-2.0
// Compiled with -gbtf: structs as kernels have them, and the compiler's own word on where their members are.
#include "btf_truth.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
	long counter;
} atomic_like_t;

struct work_like;
typedef void (*function_t)(struct work_like *);

struct list_like {
	struct list_like *next, *prev;
};

struct work_like {
	atomic_like_t data;
	struct list_like entry;
	function_t function;
};

enum stat_like { TRUTH_STARTED, TRUTH_COMPLETED, TRUTH_STATS = 5 };
enum { TRUTH_ANONYMOUS = 0x1234567, TRUTH_TOP = 0x7fffffff };

struct pool_like {
	volatile int cpu;
	const unsigned short node;
	bool stalled;
	char name[24];
	union {
		struct list_like entry;
		struct {
			uint32_t low;
			union {
				uint16_t halves[2];
				uint32_t high;
			};
		};
	};
	struct work_like works[3][4];
	uint64_t stats[TRUTH_STATS];
	enum stat_like last;
	struct work_like *restrict current;
	struct work_like *const *array_of[2];
	void *anything;
	_Alignas(64) unsigned char aligned;
	struct pool_like *flexible[];
};

struct bits_like {
	uint32_t plain;
	unsigned int one : 1;
	unsigned int three : 3;
	signed int sign : 7;
	unsigned int : 5;
	unsigned long long wide : 45;
	struct {
		unsigned char inner : 4, other : 4;
	};
	unsigned int last : 32;
};

struct packed_like {
	char first;
	uint64_t crooked;
	unsigned int odd : 13;
	unsigned int straddling : 30;
	uint32_t end;
} __attribute__((packed));

/* Debug information has types that are used. */
struct pool_like truth_pool;
struct bits_like truth_bits;
struct packed_like truth_packed;
enum stat_like truth_stat;
unsigned int truth_anonymous = TRUTH_ANONYMOUS;

#define MEMBER(in, path) { #in, #path, offsetof(struct in, path), sizeof(((struct in *)0)->path) }

const struct truth_member truth_members[] = {
	MEMBER(list_like, next), MEMBER(list_like, prev),
	MEMBER(work_like, data), MEMBER(work_like, data.counter),
	MEMBER(work_like, entry.prev), MEMBER(work_like, function),
	MEMBER(pool_like, cpu), MEMBER(pool_like, node), MEMBER(pool_like, stalled), MEMBER(pool_like, name),
	MEMBER(pool_like, entry), MEMBER(pool_like, entry.prev), MEMBER(pool_like, low), MEMBER(pool_like, high),
	MEMBER(pool_like, halves), MEMBER(pool_like, works), MEMBER(pool_like, stats), MEMBER(pool_like, last),
	MEMBER(pool_like, current), MEMBER(pool_like, array_of),
	MEMBER(pool_like, anything), MEMBER(pool_like, aligned),
	{ "pool_like", "flexible", offsetof(struct pool_like, flexible), 0 },
	{ "pool_like", "", 0, sizeof(struct pool_like) },
	MEMBER(bits_like, plain), { "bits_like", "", 0, sizeof(struct bits_like) },
	MEMBER(packed_like, first), MEMBER(packed_like, crooked), MEMBER(packed_like, end),
	{ "packed_like", "", 0, sizeof(struct packed_like) },
};
const uint32_t truth_members_number = sizeof(truth_members) / sizeof(*truth_members);

#define BITFIELD(in, path, number) { #in, #path, &(const struct in){ .path = number }, number }

const struct truth_bitfield truth_bitfields[] = {
	BITFIELD(bits_like, one, 1), BITFIELD(bits_like, three, 5), BITFIELD(bits_like, sign, -33),
	BITFIELD(bits_like, sign, 63), BITFIELD(bits_like, wide, 0x123456789abcll & ((1ll << 45) - 1)),
	BITFIELD(bits_like, inner, 9), BITFIELD(bits_like, other, 6), BITFIELD(bits_like, last, 0x87654321),
	BITFIELD(packed_like, odd, 0x1abc), BITFIELD(packed_like, straddling, 0x2bcdef01),
};
const uint32_t truth_bitfields_number = sizeof(truth_bitfields) / sizeof(*truth_bitfields);

#define CONSTANT(name) { #name, name }

const struct truth_constant truth_constants[] = {
	CONSTANT(TRUTH_STARTED), CONSTANT(TRUTH_COMPLETED), CONSTANT(TRUTH_STATS),
	CONSTANT(TRUTH_ANONYMOUS), CONSTANT(TRUTH_TOP),
};
const uint32_t truth_constants_number = sizeof(truth_constants) / sizeof(*truth_constants);
