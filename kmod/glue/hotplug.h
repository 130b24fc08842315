/* SPDX-License-Identifier: GPL-2.0 */
/* CPUs leave and come back. */
#ifndef WQLAB_GLUE_HOTPLUG_H
#define WQLAB_GLUE_HOTPLUG_H

#include "types.h"

WQLAB_BEGIN_C

/* remove_cpu(), add_cpu(): 0 or -errno. Sleep. */
int wqlab_cpu_down(uint32_t cpu);
int wqlab_cpu_up(uint32_t cpu);

WQLAB_END_C

#endif
