// SPDX-License-Identifier: GPL-2.0
/* C, because sockets are. */
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <net/net_namespace.h>

#include "uevents.h"

/* The kernel's own events; udev's go to another group. */
#define KERNEL_GROUP 1

struct socket *wqlab_uevents_open(void)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	/* Newer kernels have a type of its own for addresses of any size. */
	void *address = &group;
	struct socket *socket;

	if (sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT, &socket))
		return NULL;
	if (kernel_bind(socket, address, sizeof(group))) {
		sock_release(socket);
		return NULL;
	}
	return socket;
}

void wqlab_uevents_close(struct socket *socket)
{
	sock_release(socket);
}

/* By a write to the device's file "uevent". A message is strings, one behind the other. */
static bool is_asked_for(const char *text, size_t size)
{
	static const char mark[] = "SYNTH_UUID=";
	const char *end = text + size;

	for (; text < end; text += strnlen(text, end - text) + 1)
		if (!strncmp(text, mark, sizeof(mark) - 1))
			return true;
	return false;
}

int wqlab_uevents_next(struct socket *socket, char *text, size_t size)
{
	for (;;) {
		struct sockaddr_nl from = { .nl_pid = 1 };
		struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from) };
		struct kvec room = { .iov_base = text, .iov_len = size - 1 };
		int got = kernel_recvmsg(socket, &message, &room, 1, size - 1, MSG_DONTWAIT);

		if (got < 0)
			return got;
		text[got] = '\0';
		/* Others may send to the group, too. */
		if (!from.nl_pid && !is_asked_for(text, got))
			return 0;
	}
}
