/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: its life, who may ask it, and the end of a client. */
#ifndef WQLAB_GLUE_NETLINK_FAMILY_H
#define WQLAB_GLUE_NETLINK_FAMILY_H

#include "../types.h"

WQLAB_BEGIN_C

struct genl_family;
struct genl_info;
struct netlink_callback;

extern struct genl_family wqlab_nl_family;

/* From then on requests come; 0 or -errno. */
int wqlab_nl_register(void);
/* Once it returns none comes, and none is being answered. */
void wqlab_nl_unregister(void);
/* Of a dump that starts: what take() makes of its request, or -errno: who asks may not, and is told so. */
int wqlab_nl_dump_begin(struct netlink_callback *cb,
			int (*take)(struct netlink_callback *cb, struct genl_info *info));

WQLAB_END_C

#endif
