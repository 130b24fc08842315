/* SPDX-License-Identifier: GPL-2.0 */
/* What flush_workqueue() says before it flushes. */
#ifndef WQLAB_GLUE_SYSTEM_FLUSH_H
#define WQLAB_GLUE_SYSTEM_FLUSH_H

#include "types.h"

WQLAB_BEGIN_C

struct workqueue_struct;

/*
 * Does all that flush_workqueue() of the i-th system workqueue does but for the
 * waiting: others' items take as long as they take. Its name; NULL past the
 * last, and nothing was done. The last one is flush_scheduled_work().
 */
const char *wqlab_flush_as_system(unsigned int i);
/* The same of one of which the compiler does not know which it is. */
void wqlab_flush_as_own(struct workqueue_struct *wq);

WQLAB_END_C

#endif
