// SPDX-License-Identifier: GPL-2.0
// One line that tells how far something is.
#pragma once

#include <string>

#include "term/style.hh"

namespace wqctl {

// A bar and what stands behind it.
std::string progress_bar(double done, const std::string& tail, const Style& style);

class Progress {
public:
    // Prints to standard error, and only when that is a terminal.
    explicit Progress(bool wanted);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    const Style& style() const { return style_; }
    // Says something in place of what was said before.
    void say(const std::string& text);
    // Leaves no trace on the line.
    void clear();

private:
    Style style_;
    bool wanted_;
    bool shown_ = false;
};

}  // namespace wqctl
