// SPDX-License-Identifier: GPL-2.0
// A JSON text as a tree that knows the line of everything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

struct Member;

struct Node {
    enum class Kind { kNull, kBool, kUnsigned, kSigned, kReal, kString, kArray, kObject };

    Kind kind = Kind::kNull;
    unsigned line = 0;
    bool boolean = false;
    uint64_t integer = 0;  // kUnsigned
    int64_t negative = 0;  // kSigned
    double real = 0;       // any number
    std::string string;
    std::vector<Node> items;
    std::vector<Member> members;

    bool is_number() const { return kind == Kind::kUnsigned || kind == Kind::kSigned || kind == Kind::kReal; }
    std::string_view kind_name() const;
};

struct Member {
    std::string key;
    unsigned line = 0;
    Node value;
};

// Refuses what is no JSON, and a key given twice, with file and line.
Node parse_document(std::string_view text, const std::string& file);

}  // namespace wqctl
