// SPDX-License-Identifier: GPL-2.0
// Requests to the module as nobody should make them: by their shapes, at random, and then damaged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/random.hh"
#include "netlink_nodes.hh"
#include "shapes.hh"

// Of a message's attributes: four such go into a datagram, and the socket takes it.
constexpr size_t kMostOctets = 1 << 18;

// What is known of a message that was made.
struct Made {
    Octets octets;                     // of one datagram
    const Request* request = nullptr;  // of its first message
    bool dump = false;                 // it is asked as one
    bool whole = true;                 // each header is as it should be, so that the module, or its policy, sees it
    bool must_refuse = false;          // it breaks the policy, and nothing else is wrong that might hide it
    std::string damage;                // in words
};

// Addressed to the family, with ACK wanted, and these sequence numbers from `sequence` on.
class Maker {
public:
    // thrift: one in so many is made of those that cost the machine most if they are granted.
    Maker(uint64_t seed, uint16_t family, uint32_t thrift)
        : random_(seed), sequels_(~seed), family_(family), thrift_(thrift)
    {
    }

    Made make(uint32_t sequence);
    // Without attributes, and undamaged.
    Made plain(const Request& request, bool dump, uint32_t sequence) const;
    // One time in two, undamaged, what makes sense only after this one was granted, if there is such.
    std::optional<Made> sequel(const Request& granted, uint32_t sequence);
    // A run that there was: requests name it sometimes.
    void remember_run(uint32_t id) { run_ = id; }
    wqlab::Random& random() { return random_; }

private:
    Made any(uint32_t sequence);
    Octets datagram(const Made& made, const Octets& attributes, uint32_t sequence) const;

    wqlab::Random random_;
    wqlab::Random sequels_;  // what is made does not depend on what is granted
    uint16_t family_;
    uint32_t thrift_;
    uint32_t run_ = 1;
};
