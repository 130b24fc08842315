// SPDX-License-Identifier: GPL-2.0
#include "netlink_talk.hh"

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

wqctl::Bytes bytes_of(const nlmsghdr* header)
{
    return {reinterpret_cast<const std::byte*>(header), header->nlmsg_len};
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
    // Whoever waits for so long is not answered, not even by a kernel that checks itself on a slow machine.
    const timeval patience = {300, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
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

Answer Talk::say(const Made& made, uint32_t sequence, bool patient)
{
    send(made.octets);
    send(info(sequence + 1));
    Answer answer;
    for (bool informed = false; !informed || (patient && answer.parts && !answer.ended);)
        take(made, sequence, answer, informed);
    return answer;
}

void Talk::flood(unsigned count)
{
    for (; count; count--)
        send(info(next_sequence()));
}

void Talk::take(const Made& made, uint32_t sequence, Answer& answer, bool& informed)
{
    const ssize_t got = recv(fd_, buffer_.data(), buffer_.size(), 0);
    if (got < 0)
        throw failure(informed ? "a dump does not go on" : "info is not answered");
    size_t left = static_cast<size_t>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
        const bool ours = header->nlmsg_seq == sequence;
        int error = 0;
        if ((header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) &&
            header->nlmsg_len >= NLMSG_HDRLEN + sizeof error)
            std::memcpy(&error, NLMSG_DATA(header), sizeof error);
        if (header->nlmsg_seq == sequence + 1 && header->nlmsg_type == NLMSG_ERROR) {
            if (error)
                throw std::runtime_error("info is refused: " + std::string(std::strerror(-error)));
            informed = true;
        } else if (ours && header->nlmsg_type == NLMSG_ERROR) {
            answer.answered = true;
            if (!error)
                continue;
            const auto refusal = wqctl::decode_refusal(bytes_of(header), attributes_of(made.octets),
                                                       wqctl::command_name(made.request->command).request);
            answer.error = -error;
            answer.words = refusal.message.empty() ? refusal.attribute : refusal.text();
        } else if (ours && header->nlmsg_type == NLMSG_DONE) {
            answer.answered = answer.ended = true;
            answer.error = -error;
        } else if (ours) {
            answer.parts += (header->nlmsg_flags & NLM_F_MULTI) != 0;
            const wqctl::Attributes attributes(bytes_of(header).subspan(NLMSG_HDRLEN + GENL_HDRLEN));
            if (made.request->command == WQLAB_CMD_RUN_START)
                answer.run = attributes.u32(WQLAB_A_RUN_ID);
        }
    }
}
