// SPDX-License-Identifier: GPL-2.0
#include "netlink_talk.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uapi/wqlab.h"
#include "wire/extack.hh"

namespace {

std::runtime_error failure(const std::string& what) { return std::runtime_error(what + ": " + std::strerror(errno)); }

wqctl::Bytes bytes_of(const nlmsghdr& header)
{
    return {reinterpret_cast<const std::byte*>(&header), header.nlmsg_len};
}

// errno, of an acknowledgement, an error or the end of a dump.
int error_of(const nlmsghdr& header)
{
    int error = 0;
    if (header.nlmsg_len >= NLMSG_HDRLEN + sizeof error)
        std::memcpy(&error, NLMSG_DATA(&header), sizeof error);
    return -error;
}

// The attributes of a datagram's first message.
wqctl::Bytes attributes_of(const Octets& octets)
{
    constexpr size_t kHeaders = NLMSG_HDRLEN + GENL_HDRLEN;
    const wqctl::Bytes all(reinterpret_cast<const std::byte*>(octets.data()), octets.size());
    return all.subspan(std::min(kHeaders, all.size()));
}

}  // namespace

Talk::Talk(uint16_t family) : family_(family), fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC))
{
    if (fd_ < 0)
        throw failure("no netlink socket");
    const int on = 1, large = 1 << 20;
    static_assert(2 * large > 4 * int{kMostOctets});  // the kernel doubles it
    setsockopt(fd_, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof large);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &large, sizeof large);
}

Talk::~Talk() { close(fd_); }

void Talk::send(const Octets& octets)
{
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (sendto(fd_, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&kernel), sizeof kernel) < 0)
        throw failure("cannot send");
}

Octets Talk::info(uint32_t sequence) const
{
    const struct {
        nlmsghdr netlink;
        genlmsghdr generic;
    } message = {{NLMSG_HDRLEN + GENL_HDRLEN, family_, NLM_F_REQUEST | NLM_F_ACK, sequence, 0},
                 {WQLAB_CMD_INFO, WQLAB_FAMILY_VERSION, 0}};
    const auto* octets = reinterpret_cast<const uint8_t*>(&message);
    return {octets, octets + sizeof message};
}

void Talk::say(std::span<Exchange> exchanges, bool patient)
{
    Octets all;
    for (const Exchange& exchange : exchanges) {
        pad(all);
        append(all, exchange.made.octets.data(), exchange.made.octets.size());
    }
    send(all);
    const auto note = [&](const nlmsghdr& header) {
        for (Exchange& exchange : exchanges)
            if (header.nlmsg_seq == exchange.sequence)
                exchange.answer.note(exchange.made, header);
    };
    // The kernel answers before sendto() returns; a dump goes on when its last part is read. To what is several
    // messages, or none, one cannot know how often it answers.
    const auto all_are_over = [&] { return std::ranges::all_of(exchanges, &Exchange::is_over); };
    const auto dumps = [&] {
        return std::ranges::any_of(exchanges, [](const Exchange& e) { return e.answer.parts > 0; });
    };
    while (!all_are_over() && (patient || !dumps()) && take(note))
        ;
}

void Talk::ask_info()
{
    const uint32_t sequence = next_sequence();
    send(info(sequence));
    bool answered = false;
    int error = 0;
    const auto note = [&](const nlmsghdr& header) {
        if (header.nlmsg_seq != sequence || header.nlmsg_type != NLMSG_ERROR)
            return;
        answered = true;
        error = error_of(header);
    };
    while (!answered && take(note))
        ;
    if (!answered)
        throw std::runtime_error("info is not answered");
    if (error)
        throw std::runtime_error("info is refused: " + std::string(std::strerror(error)));
}

void Talk::flood(unsigned count)
{
    for (; count; count--)
        send(info(next_sequence()));
}

bool Talk::take(const std::function<void(const nlmsghdr&)>& each)
{
    const ssize_t got = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got < 0)
        throw failure("nothing can be received");
    size_t left = static_cast<size_t>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left))
        each(*header);
    return true;
}

void Answer::note(const Made& made, const nlmsghdr& header)
{
    if (header.nlmsg_type == NLMSG_ERROR) {
        answered = true;
        if (!error_of(header))
            return;
        const auto refusal = wqctl::decode_refusal(bytes_of(header), attributes_of(made.octets),
                                                   wqctl::command_name(made.request->command).request);
        error = error_of(header);
        words = refusal.message.empty() ? refusal.attribute : refusal.text();
    } else if (header.nlmsg_type == NLMSG_DONE) {
        answered = ended = true;
        error = error_of(header);
    } else {
        parts += (header.nlmsg_flags & NLM_F_MULTI) != 0;
        const wqctl::Attributes attributes(bytes_of(header).subspan(NLMSG_HDRLEN + GENL_HDRLEN));
        if (made.request->command == WQLAB_CMD_RUN_START)
            run = attributes.u32(WQLAB_A_RUN_ID);
    }
}
