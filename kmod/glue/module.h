/* SPDX-License-Identifier: GPL-2.0 */
/* The module as the kernel's module loader sees it. */
#ifndef WQLAB_GLUE_MODULE_H
#define WQLAB_GLUE_MODULE_H

#include "types.h"

WQLAB_BEGIN_C

/* It can't be removed any more: somebody may run in it for ever. */
void wqlab_pin_module(void);
/* Says in the kernel's log that the module is to go and can't. */
void wqlab_say_module_stays(void);

WQLAB_END_C

#endif
