/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells user space of devices that come and go. */
#ifndef WQLAB_GLUE_UEVENTS_H
#define WQLAB_GLUE_UEVENTS_H

#include "types.h"

WQLAB_BEGIN_C

struct socket;

/* Hears all from now on, as udev does; NULL: that can't be had. Sleeps, as the others do. */
struct socket *wqlab_uevents_open(void);
void wqlab_uevents_close(struct socket *socket);
/*
 * The next one, as it begins: "add@/devices/virtual/workqueue/NAME", but for
 * those that somebody has asked the kernel for (udevadm trigger): that a text of
 * some hundred characters tells. 0, or -errno: -EAGAIN, there is none yet;
 * another, some were lost.
 */
int wqlab_uevents_next(struct socket *socket, char *text, size_t size);

WQLAB_END_C

#endif
