/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of a process that the kernel holds on to and writes. */
#ifndef WQLAB_GLUE_PAGES_H
#define WQLAB_GLUE_PAGES_H

#include "types.h"

WQLAB_BEGIN_C

struct wqlab_pages;

/*
 * The calling task's memory from address on, both whole pages, which it has
 * touched: it stays as long as it is held, even if the task ends. 0 or -errno.
 */
int wqlab_pages_hold(uint64_t address, uint64_t size, struct wqlab_pages **pages);
void wqlab_pages_let_go(struct wqlab_pages *pages);
/* Where it is for the kernel, in any context. Whoever has the memory may write there, too. */
void *wqlab_pages_memory(struct wqlab_pages *pages);

WQLAB_END_C

#endif
