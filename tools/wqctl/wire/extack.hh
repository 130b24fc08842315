// SPDX-License-Identifier: GPL-2.0
// What the kernel says when it refuses a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/attributes.hh"
#include "wire/names.hh"
#include "text/error.hh"

namespace wqctl {

struct Refusal {
    int error = 0;                    // errno
    std::string message{};            // the kernel's own words; may be empty
    std::string attribute{};          // "issuer[1] depth"; may be empty
    bool missing = false;             // the attribute is absent rather than wrong
    std::optional<uint64_t> least{};  // that the attribute may be
    std::optional<uint64_t> most{};
    std::optional<uint64_t> longest{};  // in bytes

    // "depth: out of range (0 to 4096)"
    std::string text() const;
    // With the exit code and the hint that fit; command: "run-start".
    Error to_error(const std::string& command) const;
};

// error_message: an NLMSG_ERROR message from its nlmsghdr on.
// request: the attributes of the request that it answers, and what they are called.
Refusal decode_refusal(Bytes error_message, Bytes request, std::span<const AttributeName> names);

}  // namespace wqctl
