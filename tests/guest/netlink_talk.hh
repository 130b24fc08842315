// SPDX-License-Identifier: GPL-2.0
// A netlink socket that sends any octets, and what comes back.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <linux/netlink.h>

#include "netlink_message.hh"

// To one message, or to several with the same sequence number.
struct Answer {
    bool answered = false;  // by an acknowledgement, an error or the end of a dump
    int error = 0;          // errno
    std::string words;      // of the error, or of the attribute that it is about
    unsigned parts = 0;     // of a dump
    bool ended = false;     // the dump has; if it did badly, with `error`
    uint32_t run = 0;       // the id in a reply, 0: none

    void note(const Made& made, const nlmsghdr& header);
};

struct Exchange {
    Made made;
    uint32_t sequence;
    Answer answer = {};

    bool is_over() const { return made.whole && answer.answered; }
};

class Talk {
public:
    explicit Talk(uint16_t family);
    ~Talk();
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    uint32_t next_sequence() { return ++sequence_; }
    uint32_t sequence() const { return sequence_; }  // the last of those
    // In one datagram, and all that comes back. Throws std::runtime_error if the socket fails. patient: reads a dump to
    // its end; else it is left in the middle, and this talk must end.
    void say(std::span<Exchange> exchanges, bool patient);
    // Throws std::runtime_error if info is not answered as it should be.
    void ask_info();
    // Many, without reading one answer.
    void flood(unsigned requests);

private:
    void send(const Octets& octets);
    Octets info(uint32_t sequence) const;
    // One datagram's messages; false: there is none.
    bool take(const std::function<void(const nlmsghdr&)>& each);

    uint16_t family_;
    int fd_;
    uint32_t sequence_ = 0;
    Octets buffer_ = Octets(1 << 16);
};
