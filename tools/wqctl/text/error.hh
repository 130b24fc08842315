// SPDX-License-Identifier: GPL-2.0
// The one exception of the tool; main prints it and ends with its exit code.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace wqctl {

enum ExitCode {
    kDone = 0,
    kBad = 1,          // the thing asked about is bad
    kUsage = 2,        // the request is wrong
    kUnavailable = 3,  // no module, another version of it, or no permission
    kSkipped = 4,
    kInterrupted = 130,  // as a shell says of SIGINT
};

class Error : public std::exception {
public:
    Error(int code, std::string text, std::string remedy = {})
        : exit_code(code), message(std::move(text)), hint(std::move(remedy))
    {
    }

    static Error usage(std::string text, std::string remedy = {})
    {
        return {kUsage, std::move(text), std::move(remedy)};
    }

    // The same error, with where it happened in front.
    Error within(const std::string& place) const { return {exit_code, place + ": " + message, hint}; }

    const char* what() const noexcept override { return message.c_str(); }

    int exit_code;
    std::string message;
    std::string hint;
};

}  // namespace wqctl
