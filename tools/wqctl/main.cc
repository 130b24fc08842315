// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <cstdio>

#include "cli.hh"
#include "commands/commands.hh"
#include "term/output.hh"
#include "text/error.hh"

namespace {

int dispatch(wqctl::Cli& cli, const wqctl::Invocation& invocation, wqctl::Output& output)
{
    using namespace wqctl;
    if (invocation.command == "info")
        return command_info(invocation, output);
    if (invocation.command == "dump")
        return command_dump(invocation, output);
    if (invocation.command == "where")
        return command_where(invocation, output);
    if (invocation.command == "run")
        return command_run(invocation, output);
    if (invocation.command == "explain")
        return command_explain(invocation, output);
    if (invocation.command == "latency")
        return command_latency(invocation, output);
    if (invocation.command == "list")
        return command_list(invocation, output);
    if (invocation.command == "show")
        return command_show(invocation, output);
    if (invocation.command == "stop")
        return command_stop(invocation, output);
    if (invocation.command == "monitor")
        return command_monitor(invocation, output);
    if (invocation.command == "top")
        return command_top(invocation, output);
    if (invocation.command == "presets")
        return command_presets(invocation, output);
    if (invocation.command == "completion")
        return command_completion(cli, invocation, output);
    if (invocation.command == "check")
        return command_check(invocation, output);
    output.text(invocation.text);
    return kDone;
}

}  // namespace

int main(int argc, char** argv)
{
    // A reader that goes away shows as a failed write, not as our death.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        wqctl::Cli cli;
        wqctl::Output output;
        const wqctl::Invocation invocation = cli.parse({argv + 1, argv + argc});
        const int code = dispatch(cli, invocation, output);
        output.finish();
        return code;
    } catch (const wqctl::Error& error) {
        std::fflush(stdout);
        wqctl::print_error(error.message, error.hint);
        return error.exit_code;
    } catch (const std::exception& error) {
        wqctl::print_error(std::string("this is a bug of wqctl: ") + error.what(), "");
        return wqctl::kBad;
    }
}
