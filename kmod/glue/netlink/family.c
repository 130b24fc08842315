// SPDX-License-Identifier: GPL-2.0
/*
 * C, because a family and a notifier are structs of the kernel's that have to
 * stand still, and are filled in by name.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../../uapi/wqlab.h"
#include "../features.h"
#include "../upcalls.h"
#include "family.h"
#include "message.h"
#include "operations.h"

static int refuse_unprivileged(struct sk_buff *request, struct genl_info *info)
{
	if (netlink_capable(request, CAP_SYS_ADMIN))
		return 0;
	return wqlab_nl_refuse(info, NULL, EPERM, "CAP_SYS_ADMIN is needed");
}

#if !WQLAB_HAVE_GENL_SPLIT_OPS
#define genl_split_ops genl_ops
#endif

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *request, struct genl_info *info)
{
	return ops->internal_flags & WQLAB_NL_ADMIN ? refuse_unprivileged(request, info) : 0;
}

/* The kernel calls pre_doit for no dump. */
int wqlab_nl_dump_begin(struct netlink_callback *cb,
			int (*take)(struct netlink_callback *cb, struct genl_info *info))
{
#if WQLAB_HAVE_GENL_INFO_DUMP
	struct genl_info *info = (struct genl_info *)genl_info_dump(cb);
#else
	/* As the kernel's is filled later. */
	struct genl_info *info = &(struct genl_info){
		.snd_seq = cb->nlh->nlmsg_seq,
		.snd_portid = NETLINK_CB(cb->skb).portid,
		.nlhdr = (struct nlmsghdr *)cb->nlh,
		.genlhdr = nlmsg_data(cb->nlh),
		.attrs = genl_dumpit_info(cb)->attrs,
		.extack = cb->extack,
	};
#endif

	return refuse_unprivileged(cb->skb, info) ?: take(cb, info);
}

static const struct genl_multicast_group groups[] = {
#if WQLAB_HAVE_GENL_MCAST_FLAGS
	{ .name = WQLAB_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_SYS_ADMIN },
#elif WQLAB_HAVE_GENL_MCAST_SYS_ADMIN
	{ .name = WQLAB_MCGRP_EVENTS, .cap_sys_admin = 1 },
#else
	/* The nearest that there is: CAP_NET_ADMIN. */
	{ .name = WQLAB_MCGRP_EVENTS, .flags = GENL_UNS_ADMIN_PERM },
#endif
};

struct genl_family wqlab_nl_family __ro_after_init = {
	.name		= WQLAB_FAMILY_NAME,
	.version	= WQLAB_FAMILY_VERSION,
	.module		= THIS_MODULE,
	/* The registry has its own lock: do not hold up other families. */
	.parallel_ops	= true,
	.pre_doit	= pre_doit,
	.ops		= wqlab_nl_operations,
	.n_ops		= WQLAB_NL_OPERATIONS,
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

static int socket_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		wqlab_nl_socket_closed(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_event };

int wqlab_nl_register(void)
{
	int error = netlink_register_notifier(&socket_notifier);

	if (error)
		return error;
	error = genl_register_family(&wqlab_nl_family);
	if (error)
		netlink_unregister_notifier(&socket_notifier);
	return error;
}

void wqlab_nl_unregister(void)
{
	genl_unregister_family(&wqlab_nl_family);
	netlink_unregister_notifier(&socket_notifier);
}
