/* SPDX-License-Identifier: GPL-2.0 */
/* In C only: several tracepoints of the kernel at once. */
#ifndef WQLAB_GLUE_TRACEPOINTS_H
#define WQLAB_GLUE_TRACEPOINTS_H

#include <linux/types.h>

struct wqlab_probe {
	const char *name;	/* of the tracepoint; NULL: of none */
	void *function;
};

/* The n-th of them that this kernel lacks; NULL: no more. Sleeps. */
const char *wqlab_probes_lack(const struct wqlab_probe *probes, unsigned int count, unsigned int n);
/* All or none, in that order: 0 or -errno. Sleeps. */
int wqlab_probes_attach(const struct wqlab_probe *probes, unsigned int count, void *data);
/* Once it returns they are not called, and nobody is in them. */
void wqlab_probes_detach(const struct wqlab_probe *probes, unsigned int count, void *data);

#endif
