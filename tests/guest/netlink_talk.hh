// SPDX-License-Identifier: GPL-2.0
// A netlink socket that sends any octets, and what comes back.
#pragma once

#include <cstdint>
#include <string>

#include "netlink_message.hh"

// To one message, or to several with the same sequence number.
struct Answer {
    bool answered = false;  // by an acknowledgement, an error or the end of a dump
    int error = 0;          // errno
    std::string words;      // of the error, or of the attribute that it is about
    unsigned parts = 0;     // of a dump
    bool ended = false;     // the dump has; if it did badly, with `error`
    uint32_t run = 0;       // the id in a reply, 0: none
};

class Talk {
public:
    explicit Talk(uint16_t family);
    ~Talk();
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    uint32_t next_sequence() { return sequence_ += 2; }
    // Then asks for info, whose answer ends what belongs to the message, but for a dump that goes on. Throws
    // std::runtime_error if info is not answered. patient: reads a dump to its end; else it is left in the middle, and
    // this talk must end.
    Answer say(const Made& made, uint32_t sequence, bool patient);
    // Many, without reading one answer.
    void flood(unsigned requests);

private:
    void send(const Octets& octets);
    Octets info(uint32_t sequence) const;
    // One datagram's messages.
    void take(const Made& made, uint32_t sequence, Answer& answer, bool& informed);

    uint16_t family_;
    int fd_;
    uint32_t sequence_ = 0;
    Octets buffer_ = Octets(1 << 16);
};
