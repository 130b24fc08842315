// SPDX-License-Identifier: GPL-2.0
// The connection to the module. Closing it stops the runs it started that are not detached, and its recording.
#pragma once

#include "wire/message.hh"
#include "wire/socket.hh"

namespace wqctl {

class Lab {
public:
    using Handler = GenlSocket::Handler;

    static bool is_loaded();

    // Refuses, with the way out, when the module is absent or speaks another
    // version of the family.
    Lab();

    // command: enum wqlab_cmd. Refusals of the module are thrown as Error.
    void ask(uint8_t command, Message& message, const Handler& handler);
    // For what is answered with no more than "done".
    void tell(uint8_t command, Message& message);
    void tell(uint8_t command);
    // What is answered in parts.
    void dump(uint8_t command, Message& message, const Handler& handler);

    const FamilyInfo& family() const { return family_; }

private:
    GenlSocket socket_;
    FamilyInfo family_;
};

// The events of the module; listens from its creation on.
class Events {
public:
    explicit Events(const Lab& lab);

    int fd() const { return socket_.fd(); }
    // Those that have arrived; does not wait.
    void take(const Lab::Handler& handler);

private:
    GenlSocket socket_;
};

}  // namespace wqctl
