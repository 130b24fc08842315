// SPDX-License-Identifier: GPL-2.0
// What a command is. Each has a room of its own, commands/NAME/, and a line in commands.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "args/args.hh"
#include "text/error.hh"

namespace wqctl {

class Interrupts;
class Lab;
class Output;
class Source;
struct SourceFlags;
struct Entry;

// What commands work with; made when first asked for, so a command that needs no module asks for none.
class Context {
public:
    // words: the command line.
    Context(Output& output, const std::vector<Entry>& commands, std::vector<std::string> words = {});
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    // Standard output.
    Output& output() { return output_; }
    // The module; refuses where it is not loaded.
    Lab& lab();
    // The machine as the module sees it: its pools, workers and workqueues.
    Source& source();
    // The same, or another, from where somebody wants to see it. Says in a line if it had to choose without the module.
    Source& source(const SourceFlags& flags);
    // The same, opened anew: what was there may have gone, and may be back.
    Source& reopen(const SourceFlags& flags);
    // As it was said, "wqctl" in front: documents say what made them.
    const std::vector<std::string>& words() const { return words_; }
    // All there are: for completion and the manual page.
    const std::vector<Entry>& commands() const { return commands_; }

private:
    Output& output_;
    const std::vector<Entry>& commands_;
    std::vector<std::string> words_;
    std::unique_ptr<Lab> lab_;
    std::unique_ptr<Source> source_;
};

class Command {
public:
    virtual ~Command() = default;
    // Says what may be said behind it. Before run(), what was said is in the members named here.
    virtual void declare(Args& args) = 0;
    // Does it; returns the exit code, or throws Error.
    virtual int run(Context& context) = 0;
};

// A command and what may be said behind it.
struct Entry {
    std::unique_ptr<Command> command;
    std::unique_ptr<Args> args;
};

// Every command, in the order of the help.
std::vector<Entry> all_commands();

// What may be said behind each of them.
std::vector<const Args*> declarations(const std::vector<Entry>& commands);

}  // namespace wqctl
