/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all headers of the boundary between C++ and the kernel begin with. They are
 * plain C: opaque handles and fixed-width types. Each describes the .c file of
 * its name; upcalls.h is what C++ implements. "Any context" means task, softirq
 * and hardirq; where nothing is said, a function may sleep.
 */
#ifndef WQLAB_GLUE_TYPES_H
#define WQLAB_GLUE_TYPES_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
#define WQLAB_BEGIN_C extern "C" {
#define WQLAB_END_C }
#else
#include <linux/types.h>
#define WQLAB_BEGIN_C
#define WQLAB_END_C
#endif

#endif
