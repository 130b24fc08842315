// SPDX-License-Identifier: GPL-2.0
#include "wire/socket.hh"

#include <cerrno>
#include <cstring>
#include <exception>

#include <fmt/core.h>
#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <sys/socket.h>

#include "wire/extack.hh"

namespace wqctl {

namespace {

// What the callbacks of one exchange share. They are called through C, so
// an exception waits here until the C is left.
struct Exchange {
    const GenlSocket::Handler* handler = nullptr;
    Bytes request;
    std::span<const AttributeName> names;  // of its attributes
    bool done = false;
    uint32_t sequence = 0;
    bool may_lose = false;  // what was not asked for
    std::optional<Refusal> refusal;
    std::exception_ptr thrown;
};

Bytes bytes_of(nlmsghdr* header) { return {reinterpret_cast<const std::byte*>(header), header->nlmsg_len}; }

int on_valid(nl_msg* message, void* argument)
{
    auto& exchange = *static_cast<Exchange*>(argument);
    nlmsghdr* header = nlmsg_hdr(message);
    if (header->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN || exchange.thrown)
        return NL_OK;
    try {
        const auto* genl = static_cast<const genlmsghdr*>(nlmsg_data(header));
        (*exchange.handler)(genl->cmd, Attributes(bytes_of(header).subspan(NLMSG_HDRLEN + GENL_HDRLEN)));
    } catch (...) {
        exchange.thrown = std::current_exception();
    }
    return NL_OK;
}

int on_ack(nl_msg*, void* argument)
{
    static_cast<Exchange*>(argument)->done = true;
    return NL_STOP;
}

// The end of a dump; it carries the dump's error, which libnl passes over.
int on_finish(nl_msg* message, void* argument)
{
    auto& exchange = *static_cast<Exchange*>(argument);
    exchange.done = true;
    nlmsghdr* header = nlmsg_hdr(message);
    int error = 0;
    if (header->nlmsg_len >= NLMSG_HDRLEN + sizeof error)
        std::memcpy(&error, nlmsg_data(header), sizeof error);
    if (error < 0)
        exchange.refusal = Refusal{.error = -error};
    return NL_STOP;
}

int on_error(sockaddr_nl*, nlmsgerr* error, void* argument)
{
    auto& exchange = *static_cast<Exchange*>(argument);
    exchange.done = true;
    // libnl hands over the payload; what it says in words stands behind it.
    auto* header = reinterpret_cast<nlmsghdr*>(reinterpret_cast<char*>(error) - NLMSG_HDRLEN);
    exchange.refusal = decode_refusal(bytes_of(header), exchange.request, exchange.names);
    return NL_STOP;
}

// What answers an earlier request, of which no more was waited for, is nobody's.
int of_this_request(nl_msg* message, void* argument)
{
    const auto& exchange = *static_cast<Exchange*>(argument);
    return exchange.may_lose || nlmsg_hdr(message)->nlmsg_seq == exchange.sequence ? NL_OK : NL_SKIP;
}

struct FreeCallbacks {
    void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

void receive(nl_sock* socket, Exchange& exchange)
{
    std::unique_ptr<nl_cb, FreeCallbacks> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks)
        throw Error(kBad, "out of memory");
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_ack, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_finish, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_SEQ_CHECK, NL_CB_CUSTOM, of_this_request, &exchange);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &exchange);
    const int error = nl_recvmsgs(socket, callbacks.get());
    if (exchange.thrown)
        std::rethrow_exception(exchange.thrown);
    // A refusal is not a failure of the socket; nor is an interrupting signal, which the caller looks at. Where events
    // came too fast there will be others; but of an answer that the kernel had no memory for nothing more may come.
    if (error < 0 && !exchange.done && error != -NLE_AGAIN && error != -NLE_INTR &&
        !(exchange.may_lose && error == -NLE_NOMEM))
        throw Error(kBad, fmt::format("cannot receive from the kernel: {}", nl_geterror(error)));
}

}  // namespace

GenlSocket::GenlSocket() : socket_(nl_socket_alloc())
{
    if (!socket_)
        throw Error(kBad, "out of memory");
    if (const int error = genl_connect(socket_.get()); error < 0)
        throw Error(kUnavailable, fmt::format("cannot open a netlink socket: {}", nl_geterror(error)));
    // Dumps of large histograms come fast.
    nl_socket_set_buffer_size(socket_.get(), 1 << 20, 1 << 20);
    nl_socket_set_msg_buf_size(socket_.get(), 1 << 16);
    const int on = 1;
    setsockopt(fd(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

int GenlSocket::fd() const { return nl_socket_get_fd(socket_.get()); }

void GenlSocket::request(int family, uint8_t version, const CommandName& command, Message& message,
                         const Handler& handler, bool dump)
{
    message.address(family, command.command, version, NLM_F_REQUEST | NLM_F_ACK | (dump ? NLM_F_DUMP : 0));
    if (const int error = nl_send_auto(socket_.get(), message.get()); error < 0)
        throw Error(kBad, fmt::format("cannot send {} to the kernel: {}", command.name, nl_geterror(error)));
    Exchange exchange;
    exchange.handler = &handler;
    exchange.request = message.stream();
    exchange.sequence = nlmsg_hdr(message.get())->nlmsg_seq;
    exchange.names = command.request;
    while (!exchange.done)
        receive(socket_.get(), exchange);
    if (exchange.refusal)
        throw exchange.refusal->to_error(command.name);
}

std::optional<FamilyInfo> GenlSocket::resolve(const std::string& family, const std::string& group)
{
    Message message;
    message.put_string(CTRL_ATTR_FAMILY_NAME, family);
    FamilyInfo info;
    try {
        request(GENL_ID_CTRL, 1, {CTRL_CMD_GETFAMILY, "getfamily", {}}, message,
                [&](uint8_t, const Attributes& attributes) {
                    uint16_t id = 0;
                    if (const Attribute* attribute = attributes.find(CTRL_ATTR_FAMILY_ID);
                        attribute && attribute->payload.size() == sizeof id)
                        std::memcpy(&id, attribute->payload.data(), sizeof id);
                    info.id = id;
                    info.version = attributes.u32(CTRL_ATTR_VERSION);
                    const Attributes groups = attributes.nest(CTRL_ATTR_MCAST_GROUPS);
                    for (const Attribute& entry : groups.all()) {
                        const Attributes one(entry.payload);
                        if (one.string(CTRL_ATTR_MCAST_GRP_NAME) == group)
                            info.group = static_cast<int>(one.u32(CTRL_ATTR_MCAST_GRP_ID));
                    }
                });
    } catch (const Error& error) {
        // The controller refuses a name that it does not know.
        if (error.exit_code == kUnavailable || error.exit_code == kUsage)
            return {};
        throw;
    }
    if (!info.id)
        return {};
    return info;
}

void GenlSocket::join(int group)
{
    if (setsockopt(fd(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
        return;
    throw Refusal{.error = errno}.to_error("the subscription to its events");
}

void GenlSocket::drain(const Handler& handler)
{
    nl_socket_set_nonblocking(socket_.get());
    Exchange exchange;
    exchange.handler = &handler;
    exchange.may_lose = true;
    receive(socket_.get(), exchange);
}

}  // namespace wqctl
