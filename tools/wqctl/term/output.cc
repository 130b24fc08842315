// SPDX-License-Identifier: GPL-2.0
#include "term/output.hh"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

#include "text/error.hh"
#include "text/printable.hh"

namespace wqctl {

Output::Output() : style_(Style::of(STDOUT_FILENO)) {}

void Output::text(std::string_view text)
{
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() && !error_)
        error_ = errno;
}

bool Output::flush()
{
    errno = 0;
    if (std::fflush(stdout) != 0 && !error_)
        error_ = errno;
    const int error = std::exchange(error_, 0);
    if (error && error != EPIPE)
        throw Error(kBad, fmt::format("cannot write to standard output: {}", std::strerror(error)));
    return !error;
}

void Output::finish() { flush(); }

void print_error(std::string_view message, std::string_view hint)
{
    const Style style = Style::of(STDERR_FILENO);
    // Both may quote what was given: it is neither to make lines nor to talk to the terminal. So may what follows.
    std::string text = fmt::format("wqctl: {} {}\n", style.red("error:"), one_line(message));
    if (!hint.empty())
        text += fmt::format("{} {}\n", style.cyan("hint:"), one_line(hint));
    std::fwrite(text.data(), 1, text.size(), stderr);
}

namespace {

void shout(std::string_view what, std::string_view message)
{
    const Style style = Style::of(STDERR_FILENO);
    const std::string text = style.red(fmt::format("wqctl: {}: {}", what, one_line(message))) + "\n";
    std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

void print_note(std::string_view message)
{
    const std::string text = fmt::format("wqctl: {}\n", one_line(message));
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void print_loud(std::string_view message) { shout("BROKEN PROMISE", message); }

void print_trouble(std::string_view message) { shout("INCOMPLETE", message); }

}  // namespace wqctl
