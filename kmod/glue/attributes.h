/* SPDX-License-Identifier: GPL-2.0 */
/* The attributes of unbound workqueues. */
#ifndef WQLAB_GLUE_ATTRIBUTES_H
#define WQLAB_GLUE_ATTRIBUTES_H

#include "types.h"

WQLAB_BEGIN_C

struct workqueue_struct;

struct wqlab_attributes {
	uint64_t cpus;	/* of the first 64; 0: all possible ones */
	int nice;
	int scope;	/* the kernel's enum wq_affn_scope */
	bool strict;
};
/* False: this kernel has not what is needed. */
bool wqlab_attributes_init(void);
/* As apply_workqueue_attrs(); 0 or -errno, -EOPNOTSUPP if it can't be called now. NULL: what alloc_workqueue_attrs()
 * made, as it is. Sleeps.
 */
int wqlab_attributes_apply(struct workqueue_struct *wq, const struct wqlab_attributes *wanted);
/* -1: this kernel has no such scope. */
int wqlab_scope_of(const char *name);

WQLAB_END_C

#endif
