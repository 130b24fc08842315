// SPDX-License-Identifier: GPL-2.0
// What each request of the wqlab family may hold, and who may make it. shapes.cc is generated.
#pragma once

#include <cstdint>
#include <span>

enum class Kind : uint8_t { U32, U64, Flags, String, Binary, Flag, Nest };

// An attribute of a request.
struct Shape {
    uint16_t type;
    const char* name;
    Kind kind;
    uint8_t width;         // octets of a number, or of each in an array of them
    uint64_t least, most;  // of a number; of flags, which; of a string or of an array, how long in octets
    std::span<const Shape> nested = {};
    bool multi = false;
};

struct Request {
    uint8_t command;
    const char* name;
    bool does, dumps;
    bool admin;  // only who has CAP_SYS_ADMIN may
    std::span<const Shape> attributes;
};

std::span<const Request> requests();
