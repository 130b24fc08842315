// SPDX-License-Identifier: GPL-2.0
// The stacks in a log: whose they are, and the functions.
#pragma once

#include <optional>

#include "klog/dump.hh"
#include "klog/envelope.hh"

namespace wqctl::klog {

class StackReader {
public:
    // Whether the line is of a stack. A stack that it ends is in done().
    bool take(const LogLine& line);
    // Whether a stack is being read.
    bool is_open() const { return is_open_; }
    // The stack that has ended, once.
    std::optional<Stack> done();
    // No line follows.
    void finish() { close(); }

private:
    void open(const LogLine& line, Stack&& stack);
    void close();

    Stack stack_;
    std::optional<Stack> done_;
    bool is_open_ = false, in_frames_ = false;
    unsigned strangers_ = 0;  // lines that are none of its own, one after the other
};

}  // namespace wqctl::klog
