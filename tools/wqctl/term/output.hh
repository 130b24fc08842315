// SPDX-License-Identifier: GPL-2.0
// Standard output: the one place that prints results.
#pragma once

#include <string_view>

#include "term/style.hh"

namespace wqctl {

class Output {
public:
    Output();

    const Style& style() const { return style_; }
    void text(std::string_view text);
    // Between the parts of what has no end: false when nobody reads any more.
    // Throws when a part did not arrive for another reason.
    bool flush();
    // Throws when not all arrived; a reader that went away is no error.
    void finish();

private:
    Style style_;
    int error_ = 0;  // errno of the first write that failed
};

// Standard error.
void print_error(std::string_view message, std::string_view hint);
// For what must not be overlooked.
void print_loud(std::string_view message);
// In passing.
void print_note(std::string_view message);
// What could not be looked at.
void print_trouble(std::string_view message);

}  // namespace wqctl
