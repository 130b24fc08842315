// SPDX-License-Identifier: GPL-2.0
// Programs under test.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

struct Outcome {
    int status = -1;  // exit status, or 128 + signal
    std::string out;
    std::string err;
};

// A program with its output kept; ends with the object.
class Process {
public:
    enum class As { Root, Nobody };

    explicit Process(std::vector<std::string> command, As as = As::Root);
    Process(const Process&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }
    void signal(int number);
    // What it has printed so far.
    std::string output() const;
    // It has made itself ready for this signal.
    bool catches(int number) const;
    Outcome wait();

private:
    pid_t pid_ = -1;
    int out_ = -1;  // files without a name: a pipe could fill up
    int err_ = -1;
};

inline Outcome execute(std::vector<std::string> command, Process::As as = Process::As::Root)
{
    return Process(std::move(command), as).wait();
}
