// SPDX-License-Identifier: GPL-2.0
// The whole screen of the terminal, by ncurses. While there is one, nothing
// else may print; it leaves the terminal as it found it.
#pragma once

#include <csignal>
#include <vector>

#include "commands/top/screen.hh"

namespace wqctl {

class Terminal {
public:
    // Refuses when standard input or output is none, or its type is not known.
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // Looked up each time; a change of it interrupts a wait for keys.
    ScreenSize size();
    Charset charset() const { return charset_; }
    void draw(const std::vector<ScreenLine>& lines);
    // Those that are there; does not wait.
    std::vector<Key> keys();

private:
    void* screen_;  // SCREEN*; curses.h wants names for itself that others use
    Charset charset_;
    struct sigaction old_resize_ {};
};

}  // namespace wqctl
