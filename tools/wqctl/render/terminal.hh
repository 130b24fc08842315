// SPDX-License-Identifier: GPL-2.0
// The whole screen of the terminal, by ncurses. While there is one, nothing
// else may print; it leaves the terminal as it found it.
#pragma once

#include <vector>

#include "render/top_screen.hh"

namespace wqctl {

class Terminal {
public:
    // Refuses when standard input or output is none, or its type is not known.
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    ScreenSize size() const;
    void draw(const std::vector<ScreenLine>& lines);
    // Those that are there; does not wait. A new size of the terminal is a
    // key of no meaning.
    std::vector<Key> keys();

private:
    void* screen_;  // SCREEN*; curses.h wants names for itself that others use
};

}  // namespace wqctl
