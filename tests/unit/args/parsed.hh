// SPDX-License-Identifier: GPL-2.0
// Command lines, as commands understand them.
#pragma once

#include <string>
#include <vector>

#include "args/parse.hh"
#include "command.hh"
#include "term/output.hh"

// What the words behind a command make of its flags.
template <typename Flags>
Flags parsed(std::vector<std::string> words)
{
    Flags flags;
    wqctl::Args args("command", "");
    flags.declare(args);
    const wqctl::Args* const commands[] = {&args};
    words.insert(words.begin(), "command");
    wqctl::parse(commands, words);
    return flags;
}

// What the whole tool says to it, without doing it.
inline wqctl::Spoken spoken(const std::vector<std::string>& words)
{
    const std::vector<wqctl::Entry> commands = wqctl::all_commands();
    return wqctl::parse(declarations(commands), words);
}

// Does it; of what is refused, or needs no module.
inline int done(const std::vector<std::string>& words)
{
    const std::vector<wqctl::Entry> commands = wqctl::all_commands();
    const wqctl::Spoken what = wqctl::parse(declarations(commands), words);
    wqctl::Output output;
    wqctl::Context context(output, commands, words);
    for (const wqctl::Entry& entry : commands)
        if (entry.args->name() == what.command)
            return entry.command->run(context);
    return -1;
}
