// SPDX-License-Identifier: GPL-2.0
// Commands that are run beside what goes on here, each with a document on its standard input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace wqctl {

class Children {
public:
    // By sh -c: the command is the user's own words, the document is data and nothing else. Says what is wrong, or
    // nothing. What has not ended by the end of this process goes on.
    std::string start(const std::string& command, std::string_view document);
    // What has ended since the last call and did not succeed, in words.
    std::vector<std::string> failures();

private:
    std::vector<pid_t> running_;
};

}  // namespace wqctl
