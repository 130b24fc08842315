// SPDX-License-Identifier: GPL-2.0
#include "hold.hh"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "args/parse.hh"
#include "command.hh"
#include "term/output.hh"

namespace {

const std::string kFile = "/proc/wqlab_hold";

}  // namespace

Hold::Hold(Words parameters)
{
    parameters.insert(parameters.begin(), {"insmod", "/tests/wqlab_hold.ko"});
    const Outcome outcome = execute(parameters);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
}

Hold::~Hold()
{
    open();
    execute({"rmmod", kName});
}

void Hold::tell(const std::string& what) { write_file(kFile, what); }

int Hold::spawn(const std::string& what)
{
    // The shell's own echo, so that the one who waits is the process that we know.
    return waiting_.emplace_back(Words{"bash", "-c", "echo " + what + " >" + kFile}).pid();
}

void Hold::open()
{
    tell("open");
    for (Process& process : waiting_)
        CHECK(process.wait().status == 0);
    waiting_.clear();
}

Outcome outcome_here(const Words& arguments)
{
    std::fflush(stdout);
    const int file = memfd_create("output", MFD_CLOEXEC), kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    dup2(file, STDOUT_FILENO);
    int status = -1;
    {
        const std::vector<wqctl::Entry> commands = wqctl::all_commands();
        wqctl::parse(declarations(commands), arguments);
        wqctl::Output output;
        wqctl::Context context(output, commands);
        for (const wqctl::Entry& entry : commands)
            if (entry.args->name() == arguments.front())
                status = entry.command->run(context);
        output.finish();
    }
    dup2(kept, STDOUT_FILENO);
    close(kept);
    std::string text(static_cast<size_t>(lseek(file, 0, SEEK_END)), '\0');
    const ssize_t size = pread(file, text.data(), text.size(), 0);
    close(file);
    REQUIRE(size == static_cast<ssize_t>(text.size()));
    return {status, text, ""};
}

std::string tool_here(const Words& arguments)
{
    const Outcome outcome = outcome_here(arguments);
    REQUIRE(outcome.status == 0);
    return outcome.out;
}

json dump_here(Words arguments)
{
    arguments.insert(arguments.begin(), {"dump", "--json"});
    const json document = json::parse(tool_here(arguments));
    CHECK(document["troubles"] == json::array());
    return document;
}
