// SPDX-License-Identifier: GPL-2.0
// A generic netlink socket: requests, dumps and multicast messages.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <netlink/socket.h>

#include "wire/attributes.hh"
#include "wire/message.hh"
#include "wire/names.hh"

namespace wqctl {

struct FamilyInfo {
    int id = 0;
    uint32_t version = 0;
    std::string group_name;
    int group = 0;
};

class GenlSocket {
public:
    // What a received message holds.
    using Handler = std::function<void(uint8_t command, const Attributes& attributes)>;

    GenlSocket();

    // Nothing: no module speaks it.
    std::optional<FamilyInfo> resolve(const std::string& family, const std::string& group);

    // Sends it and handles each reply until the kernel is done. A refusal
    // becomes an Error, which names the command.
    void request(int family, uint8_t version, const CommandName& command, Message& message, const Handler& handler,
                 bool dump = false);

    void join(int group);
    // Handles the messages that are there; does not wait.
    void drain(const Handler& handler);
    int fd() const;

private:
    struct Free {
        void operator()(nl_sock* socket) const { nl_socket_free(socket); }
    };
    std::unique_ptr<nl_sock, Free> socket_;
};

}  // namespace wqctl
