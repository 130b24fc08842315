// SPDX-License-Identifier: GPL-2.0
/* C, because most of the netlink API is inlines and macros. */
#include <net/genetlink.h>

#include "../features.h"
#include "family.h"
#include "message.h"

#if WQLAB_HAVE_EXTACK_BUFFER
static void say(struct netlink_ext_ack *extack, const char *format, va_list arguments)
{
	vsnprintf(extack->_msg_buf, sizeof(extack->_msg_buf), format, arguments);
	extack->_msg = extack->_msg_buf;
}
#else
/*
 * The text is read when the handler has returned, by the same task, and while the family can't be unregistered. If as
 * many others are refused just then it reads one of theirs; the last byte is never written.
 */
static void say(struct netlink_ext_ack *extack, const char *format, va_list arguments)
{
	static char texts[64][81];
	static atomic_t next;
	char *text = texts[(unsigned int)atomic_inc_return(&next) % ARRAY_SIZE(texts)];

	vsnprintf(text, sizeof(texts[0]) - 1, format, arguments);
	extack->_msg = text;
}
#endif

int wqlab_nl_refuse(struct genl_info *info, const void *attribute, int error,
		    const char *format, ...)
{
	struct netlink_ext_ack *extack = info->extack;
	va_list arguments;

	if (extack) {
		va_start(arguments, format);
		say(extack, format, arguments);
		va_end(arguments);
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

	if (message && !genlmsg_put_reply(message, info, &wqlab_nl_family, 0, command)) {
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

	if (message && !genlmsg_put(message, 0, 0, &wqlab_nl_family, 0, command)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

void wqlab_nl_event_send(struct sk_buff *message)
{
	genlmsg_end(message, header_of(message));
	/* -ESRCH: nobody listens. */
	genlmsg_multicast(&wqlab_nl_family, message, 0, 0, GFP_KERNEL);
}

void wqlab_nl_message_free(struct sk_buff *message)
{
	nlmsg_free(message);
}

void **wqlab_nl_dump_cursor(struct netlink_callback *cb)
{
	return (void **)&cb->args[0];
}

int wqlab_nl_part_done(struct sk_buff *part, bool more)
{
	/* A part that takes nothing would be asked for again and again. */
	if (more && !part->len)
		return -EMSGSIZE;
	return more ? part->len : 0;
}

void *wqlab_nl_part_begin(struct sk_buff *part, struct netlink_callback *cb, uint8_t command)
{
	return genlmsg_put(part, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &wqlab_nl_family,
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
