// SPDX-License-Identifier: GPL-2.0
// Building a generic netlink request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "wire/attributes.hh"

namespace wqctl {

class Message {
public:
    Message();

    void put_u32(int type, uint32_t value);
    void put_u64(int type, uint64_t value);
    void put_string(int type, const std::string& value);
    void put_flag(int type);
    void put_u32_array(int type, const std::vector<uint32_t>& values);
    void put_u64_array(int type, const std::vector<uint64_t>& values);

    // What is put while it lives is inside.
    class Nest {
    public:
        Nest(Message& message, int type);
        ~Nest();
        Nest(const Nest&) = delete;
        Nest& operator=(const Nest&) = delete;

    private:
        nl_msg* message_;
        nlattr* start_;
    };

    // Fills in the generic netlink header; once, before sending.
    void address(int family, uint8_t command, uint8_t version, int flags);

    nl_msg* get() { return message_.get(); }
    // The attributes put so far.
    Bytes stream() const;

private:
    struct Free {
        void operator()(nl_msg* message) const { nlmsg_free(message); }
    };
    std::unique_ptr<nl_msg, Free> message_;
};

}  // namespace wqctl
