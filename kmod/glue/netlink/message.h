/* SPDX-License-Identifier: GPL-2.0 */
/* Reading requests, refusing them, and building messages. */
#ifndef WQLAB_GLUE_NETLINK_MESSAGE_H
#define WQLAB_GLUE_NETLINK_MESSAGE_H

#include "../types.h"

WQLAB_BEGIN_C

struct sk_buff;
struct genl_info;
struct netlink_callback;
struct nlattr;

/* -error, with the reason and the attribute (may be NULL) in the extack. */
int wqlab_nl_refuse(struct genl_info *info, const void *attribute, int error,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* NULL: the request has none of that type. */
const struct nlattr *wqlab_nl_attribute(struct genl_info *info, int type);
/* The request's whole attribute stream. */
const void *wqlab_nl_stream(struct genl_info *info, size_t *bytes);
/* The socket that asks. */
uint32_t wqlab_nl_portid(struct genl_info *info);

struct sk_buff *wqlab_nl_reply_new(struct genl_info *info, uint8_t command, size_t size);
int wqlab_nl_reply_send(struct genl_info *info, struct sk_buff *message);
struct sk_buff *wqlab_nl_event_new(uint8_t command);
void wqlab_nl_event_send(struct sk_buff *message);
void wqlab_nl_message_free(struct sk_buff *message);

/* Where a dump keeps what it still has to tell; NULL at first. */
void **wqlab_nl_dump_cursor(struct netlink_callback *cb);
/* What dumpit returns: more is to come, or all is said. */
int wqlab_nl_part_done(struct sk_buff *part, bool more);
/* One message of a dump; NULL: this part is full. */
void *wqlab_nl_part_begin(struct sk_buff *part, struct netlink_callback *cb, uint8_t command);
void wqlab_nl_part_end(struct sk_buff *part, void *header);
void wqlab_nl_part_cancel(struct sk_buff *part, void *header);

/* False: no room. */
bool wqlab_nl_put(struct sk_buff *message, int type, const void *bytes, size_t length);
bool wqlab_nl_put_u64(struct sk_buff *message, int type, uint64_t value, int pad);
bool wqlab_nl_put_string(struct sk_buff *message, int type, const char *value);
void *wqlab_nl_nest_begin(struct sk_buff *message, int type);
void wqlab_nl_nest_end(struct sk_buff *message, void *nest);

WQLAB_END_C

#endif
