// SPDX-License-Identifier: GPL-2.0
/* C, because without CPU hotplug these are inlines. */
#include <linux/cpu.h>

#include "hotplug.h"

int wqlab_cpu_down(uint32_t cpu)
{
	return remove_cpu(cpu);
}

int wqlab_cpu_up(uint32_t cpu)
{
	return add_cpu(cpu);
}
