/* SPDX-License-Identifier: GPL-2.0 */
/* A probe of sched_process_exit. It is called through a pointer, whose type CFI compares. */
#ifndef WQLAB_GLUE_PROCESS_EXIT_H
#define WQLAB_GLUE_PROCESS_EXIT_H

#include <linux/sched.h>

#include "features.h"

#if WQLAB_HAVE_EXIT_GROUP_DEAD
#define WQLAB_PROCESS_EXIT_PROBE(name)	static void name(void *data, struct task_struct *task, bool group_dead)
#else
#define WQLAB_PROCESS_EXIT_PROBE(name)	static void name(void *data, struct task_struct *task)
#endif

#endif
