// SPDX-License-Identifier: GPL-2.0
/*
 * C, because policies and operation tables are nested designated
 * initialisers, and most of the netlink API is inlines.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../uapi/limits.h"
#include "../uapi/wqlab.h"
#include "netlink.h"
#include "upcalls.h"

/* The plain ranges of a policy hold 15 bits. */
#define RANGE(type, low, high) \
	NLA_POLICY_FULL_RANGE(type, (&(const struct netlink_range_validation){ low, high }))
#define U32_RANGE(low, high) RANGE(NLA_U32, low, high)
#define U64_RANGE(low, high) RANGE(NLA_U64, low, high)
#define PERCENT NLA_POLICY_MAX(NLA_U32, 100)

static const struct nla_policy wq_policy[WQLAB_A_WQ_MAX + 1] = {
	[WQLAB_A_WQ_NAME]		= { .type = NLA_NUL_STRING, .len = WQLAB_NAME_LEN - 1 },
	[WQLAB_A_WQ_FLAGS]		= NLA_POLICY_MASK(NLA_U32, WQLAB_WQ_FLAGS_ALL),
	[WQLAB_A_WQ_MAX_ACTIVE]		= NLA_POLICY_MAX(NLA_U32, WQLAB_MAX_ACTIVE),
	[WQLAB_A_WQ_SYSTEM]		= { .type = NLA_NUL_STRING, .len = 63 },
};

static const struct nla_policy issuer_policy[WQLAB_A_ISSUER_MAX + 1] = {
	[WQLAB_A_ISSUER_WQ]		= NLA_POLICY_MAX(NLA_U32, WQLAB_MAX_WORKQUEUES - 1),
	[WQLAB_A_ISSUER_THREADS]	= NLA_POLICY_RANGE(NLA_U32, 1, WQLAB_MAX_THREADS),
	[WQLAB_A_ISSUER_CPUS]		= { .type = NLA_BINARY, .len = WQLAB_MAX_CPU_LIST * 4 },
	[WQLAB_A_ISSUER_MODE]		= NLA_POLICY_MAX(NLA_U32, WQLAB_MODE_MAX),
	[WQLAB_A_ISSUER_DEPTH]		= NLA_POLICY_RANGE(NLA_U32, 1, WQLAB_MAX_DEPTH),
	[WQLAB_A_ISSUER_INTERVAL]	= U64_RANGE(WQLAB_MIN_INTERVAL_NS, WQLAB_MAX_INTERVAL_NS),
	[WQLAB_A_ISSUER_POISSON]	= { .type = NLA_FLAG },
	[WQLAB_A_ISSUER_BURST]		= NLA_POLICY_RANGE(NLA_U32, 1, WQLAB_MAX_BURST),
	[WQLAB_A_ISSUER_LINKS]		= U32_RANGE(1, WQLAB_MAX_LINKS),
	[WQLAB_A_ISSUER_DELAY]		= U64_RANGE(0, WQLAB_MAX_DELAY_NS),
	[WQLAB_A_ISSUER_MOD_PERCENT]	= PERCENT,
	[WQLAB_A_ISSUER_CANCEL_PERCENT]	= PERCENT,
	[WQLAB_A_ISSUER_FLUSH_PERCENT]	= PERCENT,
	[WQLAB_A_ISSUER_COALESCE]	= { .type = NLA_FLAG },
	[WQLAB_A_ISSUER_QUEUE_CPU]	= { .type = NLA_U32 },
	[WQLAB_A_ISSUER_QUEUE_NODE]	= { .type = NLA_U32 },
	[WQLAB_A_ISSUER_BODY]		= NLA_POLICY_MAX(NLA_U32, WQLAB_BODY_MAX),
	[WQLAB_A_ISSUER_BYTES]		= U64_RANGE(1, WQLAB_MAX_TOUCH > WQLAB_MAX_ALLOC ? WQLAB_MAX_TOUCH : WQLAB_MAX_ALLOC),
	[WQLAB_A_ISSUER_TIME_DIST]	= NLA_POLICY_MAX(NLA_U32, WQLAB_DIST_MAX),
	[WQLAB_A_ISSUER_TIME]		= U64_RANGE(0, WQLAB_MAX_SLEEP_NS),
	[WQLAB_A_ISSUER_TIME_MAX]	= U64_RANGE(0, WQLAB_MAX_SLEEP_NS),
};

static const struct nla_policy start_policy[WQLAB_A_RUN_ISSUER + 1] = {
	[WQLAB_A_RUN_LABEL]		= { .type = NLA_NUL_STRING, .len = WQLAB_LABEL_LEN - 1 },
	[WQLAB_A_RUN_ITEMS]		= { .type = NLA_U64 },
	[WQLAB_A_RUN_DURATION]		= U64_RANGE(0, WQLAB_MAX_DURATION_NS),
	[WQLAB_A_RUN_SAMPLE]		= U32_RANGE(1, WQLAB_MAX_SAMPLE),
	[WQLAB_A_RUN_SEED]		= { .type = NLA_U64 },
	[WQLAB_A_RUN_DETACHED]		= { .type = NLA_FLAG },
	[WQLAB_A_RUN_HELD]		= { .type = NLA_FLAG },
	[WQLAB_A_RUN_WORKQUEUE]		= NLA_POLICY_NESTED(wq_policy),
	[WQLAB_A_RUN_ISSUER]		= NLA_POLICY_NESTED(issuer_policy),
};

static const struct nla_policy id_policy[WQLAB_A_RUN_ID + 1] = {
	[WQLAB_A_RUN_ID]		= NLA_POLICY_RANGE(NLA_U32, 1, WQLAB_MAX_RUN_ID),
};

static const struct nla_policy snapshot_policy[WQLAB_A_SNAPSHOT_SECTIONS + 1] = {
	[WQLAB_A_SNAPSHOT_SECTIONS]	= NLA_POLICY_MASK(NLA_U32, WQLAB_SECTIONS_ALL),
};

static const struct nla_policy check_policy[WQLAB_A_CHECK_SEED + 1] = {
	[WQLAB_A_CHECK_ID]		= { .type = NLA_NUL_STRING, .len = 63 },
	[WQLAB_A_CHECK_FAULT]		= { .type = NLA_NUL_STRING, .len = 31 },
	[WQLAB_A_CHECK_SEED]		= { .type = NLA_U64 },
};

static const struct nla_policy answer_policy[WQLAB_A_CHECK_STEP_ERROR + 1] = {
	[WQLAB_A_CHECK_STEP]		= { .type = NLA_U32 },
	[WQLAB_A_CHECK_STEP_TEXT]	= { .type = NLA_NUL_STRING, .len = WQLAB_STEP_TEXT_LEN - 1 },
	[WQLAB_A_CHECK_STEP_ERROR]	= NLA_POLICY_MAX(NLA_U32, MAX_ERRNO),
};

static int check_start_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_check_start(info);
}

static int check_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_check_get(info);
}

static int check_answer_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_check_answer(info);
}

static int check_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_check_stop(info);
}

static int info_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_info(info);
}

static int run_start_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_run_start(info);
}

static int run_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_run_release(info);
}

static int run_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_run_stop(info);
}

static int run_forget_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_run_forget(info);
}

static int run_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_run_get(info);
}

/* A dump whose cursor C++ keeps: start takes the snapshot, next fills parts, done frees. */
#define DUMP(name, start_, next_, done_)							\
static int name##_start(struct netlink_callback *cb)						\
{												\
	struct genl_info *info = (struct genl_info *)genl_info_dump(cb);			\
												\
	if (!netlink_capable(cb->skb, CAP_SYS_ADMIN))						\
		return wqlab_nl_refuse(info, NULL, EPERM, "CAP_SYS_ADMIN is needed");		\
	return start_(info, (void **)&cb->args[0]);						\
}												\
												\
static int name##_dumpit(struct sk_buff *skb, struct netlink_callback *cb)			\
{												\
	int more = next_((void *)cb->args[0], skb, cb);						\
												\
	/* A part that takes nothing would be asked for again and again. */			\
	return more && !skb->len ? -EMSGSIZE : more ? skb->len : 0;				\
}												\
												\
static int name##_done(struct netlink_callback *cb)						\
{												\
	done_((void *)cb->args[0]);								\
	return 0;										\
}

DUMP(run_get, wqlab_nl_dump_start, wqlab_nl_dump_next, wqlab_nl_dump_done)
DUMP(snapshot, wqlab_nl_snapshot_start, wqlab_nl_snapshot_next, wqlab_nl_snapshot_done)
DUMP(check_list, wqlab_nl_check_list_start, wqlab_nl_check_list_next, wqlab_nl_check_list_done)

static int latency_start_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_latency_start(info);
}

static int latency_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	return wqlab_nl_latency_stop(info);
}

static int latency_get_start(struct netlink_callback *cb)
{
	struct genl_info *info = (struct genl_info *)genl_info_dump(cb);

	if (!netlink_capable(cb->skb, CAP_SYS_ADMIN))
		return wqlab_nl_refuse(info, NULL, EPERM, "CAP_SYS_ADMIN is needed");
	return wqlab_nl_latency_dump_start(info, (void **)&cb->args[0]);
}

static int latency_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int more = wqlab_nl_latency_dump_next((void *)cb->args[0], skb, cb);

	return more && !skb->len ? -EMSGSIZE : more ? skb->len : 0;
}

static int latency_get_done(struct netlink_callback *cb)
{
	wqlab_nl_latency_dump_done((void *)cb->args[0]);
	return 0;
}

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	if (ops->cmd != WQLAB_CMD_INFO && !netlink_capable(skb, CAP_SYS_ADMIN))
		return wqlab_nl_refuse(info, NULL, EPERM, "CAP_SYS_ADMIN is needed");
	return 0;
}

#define ON_ONE_RUN(command, function) \
	{ .cmd = command, .doit = function, .policy = id_policy, .maxattr = ARRAY_SIZE(id_policy) - 1 }
static const struct genl_ops ops[] = {
	{ .cmd = WQLAB_CMD_INFO, .doit = info_doit },
	{
		.cmd = WQLAB_CMD_RUN_START, .doit = run_start_doit,
		.policy = start_policy, .maxattr = ARRAY_SIZE(start_policy) - 1,
	},
	ON_ONE_RUN(WQLAB_CMD_RUN_RELEASE, run_release_doit),
	ON_ONE_RUN(WQLAB_CMD_RUN_STOP, run_stop_doit),
	ON_ONE_RUN(WQLAB_CMD_RUN_FORGET, run_forget_doit),
	{
		.cmd = WQLAB_CMD_RUN_GET, .doit = run_get_doit,
		.start = run_get_start, .dumpit = run_get_dumpit, .done = run_get_done,
		.policy = id_policy, .maxattr = ARRAY_SIZE(id_policy) - 1,
	},
	{
		.cmd = WQLAB_CMD_SNAPSHOT,
		.start = snapshot_start, .dumpit = snapshot_dumpit, .done = snapshot_done,
		.policy = snapshot_policy, .maxattr = ARRAY_SIZE(snapshot_policy) - 1,
	},
	{
		.cmd = WQLAB_CMD_CHECK_LIST,
		.start = check_list_start, .dumpit = check_list_dumpit, .done = check_list_done,
	},
	{
		.cmd = WQLAB_CMD_CHECK_START, .doit = check_start_doit,
		.policy = check_policy, .maxattr = ARRAY_SIZE(check_policy) - 1,
	},
	{ .cmd = WQLAB_CMD_CHECK_GET, .doit = check_get_doit },
	{
		.cmd = WQLAB_CMD_CHECK_ANSWER, .doit = check_answer_doit,
		.policy = answer_policy, .maxattr = ARRAY_SIZE(answer_policy) - 1,
	},
	{ .cmd = WQLAB_CMD_CHECK_STOP, .doit = check_stop_doit },
	{ .cmd = WQLAB_CMD_LATENCY_START, .doit = latency_start_doit },
	{ .cmd = WQLAB_CMD_LATENCY_STOP, .doit = latency_stop_doit },
	{
		.cmd = WQLAB_CMD_LATENCY_GET,
		.start = latency_get_start, .dumpit = latency_get_dumpit, .done = latency_get_done,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = WQLAB_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

static struct genl_family family __ro_after_init = {
	.name		= WQLAB_FAMILY_NAME,
	.version	= WQLAB_FAMILY_VERSION,
	.module		= THIS_MODULE,
	/* The registry has its own lock: do not hold up other families. */
	.parallel_ops	= true,
	.pre_doit	= pre_doit,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
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
	error = genl_register_family(&family);
	if (error)
		netlink_unregister_notifier(&socket_notifier);
	return error;
}

void wqlab_nl_unregister(void)
{
	genl_unregister_family(&family);
	netlink_unregister_notifier(&socket_notifier);
}

int wqlab_nl_refuse(struct genl_info *info, const void *attribute, int error,
		    const char *format, ...)
{
	struct netlink_ext_ack *extack = info->extack;
	va_list arguments;

	if (extack) {
		va_start(arguments, format);
		vsnprintf(extack->_msg_buf, sizeof(extack->_msg_buf), format, arguments);
		va_end(arguments);
		extack->_msg = extack->_msg_buf;
		extack->bad_attr = attribute;
	}
	return -error;
}

const struct nlattr *wqlab_nl_attribute(struct genl_info *info, int type)
{
	return info->attrs ? info->attrs[type] : NULL;
}

const void *wqlab_nl_stream(struct genl_info *info, size_t *bytes)
{
	*bytes = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN);
	return nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
}

uint32_t wqlab_nl_portid(struct genl_info *info)
{
	return info->snd_portid;
}

struct sk_buff *wqlab_nl_reply_new(struct genl_info *info, uint8_t command, size_t size)
{
	struct sk_buff *message = genlmsg_new(size, GFP_KERNEL);

	if (message && !genlmsg_put_reply(message, info, &family, 0, command)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* A message has one header, at its start. */
static void *header_of(struct sk_buff *message)
{
	return message->data + NLMSG_HDRLEN + GENL_HDRLEN;
}

int wqlab_nl_reply_send(struct genl_info *info, struct sk_buff *message)
{
	genlmsg_end(message, header_of(message));
	return genlmsg_reply(message, info);
}

struct sk_buff *wqlab_nl_event_new(uint8_t command)
{
	struct sk_buff *message = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (message && !genlmsg_put(message, 0, 0, &family, 0, command)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

void wqlab_nl_event_send(struct sk_buff *message)
{
	genlmsg_end(message, header_of(message));
	/* -ESRCH: nobody listens. */
	genlmsg_multicast(&family, message, 0, 0, GFP_KERNEL);
}

void wqlab_nl_message_free(struct sk_buff *message)
{
	nlmsg_free(message);
}

void *wqlab_nl_part_begin(struct sk_buff *part, struct netlink_callback *cb, uint8_t command)
{
	return genlmsg_put(part, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &family,
			   NLM_F_MULTI, command);
}

void wqlab_nl_part_end(struct sk_buff *part, void *header)
{
	genlmsg_end(part, header);
}

void wqlab_nl_part_cancel(struct sk_buff *part, void *header)
{
	genlmsg_cancel(part, header);
}

bool wqlab_nl_put(struct sk_buff *message, int type, const void *bytes, size_t length)
{
	return !nla_put(message, type, length, bytes);
}

bool wqlab_nl_put_u64(struct sk_buff *message, int type, uint64_t value, int pad)
{
	return !nla_put_u64_64bit(message, type, value, pad);
}

bool wqlab_nl_put_string(struct sk_buff *message, int type, const char *value)
{
	return !nla_put_string(message, type, value);
}

void *wqlab_nl_nest_begin(struct sk_buff *message, int type)
{
	return nla_nest_start(message, type);
}

void wqlab_nl_nest_end(struct sk_buff *message, void *nest)
{
	nla_nest_end(message, nest);
}
