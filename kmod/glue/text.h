/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's printf, into the caller's memory. Any context. */
#ifndef WQLAB_GLUE_TEXT_H
#define WQLAB_GLUE_TEXT_H

#include "types.h"

WQLAB_BEGIN_C

/* Cut to size; the length without the NUL. */
int wqlab_format(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int wqlab_format_list(char *text, size_t size, const char *format, __builtin_va_list arguments);

WQLAB_END_C

#endif
