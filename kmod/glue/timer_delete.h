/* SPDX-License-Identifier: GPL-2.0 */
/* timer_delete_sync(), by whatever name the kernel has it. */
#ifndef WQLAB_GLUE_TIMER_DELETE_H
#define WQLAB_GLUE_TIMER_DELETE_H

#include <linux/timer.h>

#include "features.h"

#if !WQLAB_HAVE_TIMER_DELETE
#define timer_delete_sync	del_timer_sync
#endif

#endif
