// SPDX-License-Identifier: GPL-2.0
/* C, because the kernel's va_list is made by its own header. */
#include <linux/kernel.h>
#include <linux/stdarg.h>

#include "text.h"

int wqlab_format(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vscnprintf(text, size, format, arguments);
	va_end(arguments);
	return length;
}

int wqlab_format_list(char *text, size_t size, const char *format, va_list arguments)
{
	return vscnprintf(text, size, format, arguments);
}
