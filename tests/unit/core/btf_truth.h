/* SPDX-License-Identifier: GPL-2.0 */
/* What the compiler that wrote the BTF of btf_truth.c says of its structs. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct truth_member {
	const char *in, *path;
	uint32_t offset, size;
};

/* Bytes in which a bitfield alone is set, to that value. */
struct truth_bitfield {
	const char *in, *path;
	const void *bytes;
	int64_t value;
};

struct truth_constant {
	const char *name;
	int64_t value;
};

extern const struct truth_member truth_members[];
extern const uint32_t truth_members_number;
extern const struct truth_bitfield truth_bitfields[];
extern const uint32_t truth_bitfields_number;
extern const struct truth_constant truth_constants[];
extern const uint32_t truth_constants_number;

#ifdef __cplusplus
}
#endif
