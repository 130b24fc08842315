// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "args/parse.hh"
#include "command.hh"
#include "term/output.hh"
#include "uapi/wqlab.h"

namespace {

std::string version()
{
    return std::string("wqctl ") + WQCTL_VERSION + ", netlink family version " + std::to_string(WQLAB_FAMILY_VERSION);
}

int run(const std::vector<std::string>& words)
{
    using namespace wqctl;
    const std::vector<Entry> commands = all_commands();
    Output output;
    const Spoken spoken = parse(declarations(commands), words, version());
    int code = kDone;
    if (spoken.command.empty()) {
        output.text(spoken.text);
    } else {
        const auto chosen = std::find_if(commands.begin(), commands.end(),
                                         [&](const Entry& entry) { return entry.args->name() == spoken.command; });
        Context context(output, commands, words);
        code = chosen->command->run(context);
    }
    output.finish();
    return code;
}

}  // namespace

int main(int argc, char** argv)
{
    // A reader that goes away shows as a failed write, not as our death.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run({argv + 1, argv + argc});
    } catch (const wqctl::Error& error) {
        std::fflush(stdout);
        wqctl::print_error(error.message, error.hint);
        return error.exit_code;
    } catch (const std::exception& error) {
        wqctl::print_error(std::string("this is a bug of wqctl: ") + error.what(), "");
        return wqctl::kBad;
    }
}
