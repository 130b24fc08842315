/* SPDX-License-Identifier: GPL-2.0 */
/* Functions and variables that the kernel does not export, by name. */
#ifndef WQLAB_GLUE_SYMBOLS_H
#define WQLAB_GLUE_SYMBOLS_H

#include "types.h"

WQLAB_BEGIN_C

/* 0 or -errno: then no symbol is found and nothing may be called. */
int wqlab_symbols_init(void);
void wqlab_symbols_exit(void);
/*
 * Calls a kernel function that is not exported, at an address from
 * wqlab_symbol(), with three arguments. False: it was not called, because
 * kprobes are disarmed, and *result means nothing. NULL: nobody wants it.
 */
__attribute__((warn_unused_result)) bool
wqlab_call(uintptr_t address, unsigned long a, unsigned long b, unsigned long c, unsigned long *result);
/* The kernel's own symbol of that name; 0: there is none, or more than one. Sleeps. */
uintptr_t wqlab_symbol(const char *name);
/* As %ps: the symbol, and [module]. Any context. */
void wqlab_symbol_name(uintptr_t address, char *name, size_t size);

WQLAB_END_C

#endif
