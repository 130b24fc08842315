// SPDX-License-Identifier: GPL-2.0
#include "process.hh"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Without touching the offset, which the program shares.
static std::string content(int fd)
{
    struct stat file = {};
    if (fstat(fd, &file) != 0)
        throw std::runtime_error("fstat");
    std::string text(static_cast<size_t>(file.st_size), '\0');
    if (pread(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error("pread");
    return text;
}

Process::Process(std::vector<std::string> command, As as) : out_(memfd_create("out", 0)), err_(memfd_create("err", 0))
{
    std::vector<char*> arguments;
    for (std::string& word : command)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    pid_ = fork();
    if (pid_ < 0)
        throw std::runtime_error("fork");
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(open("/dev/null", O_RDONLY), 0);
        dup2(out_, 1);
        dup2(err_, 2);
        if (as == As::Nobody && (setgid(65534) || setuid(65534)))
            _exit(126);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
}

Process::~Process()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
}

std::string Process::output() const { return content(out_); }

bool Process::catches(int number) const
{
    // Until it is another program it has our own handlers.
    std::error_code error;
    const std::string mine = "/proc/self/exe", its = "/proc/" + std::to_string(pid_) + "/exe";
    if (std::filesystem::equivalent(mine, its, error) || error)
        return false;
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigCgt:"))
            return std::stoull(line.substr(7), nullptr, 16) >> (number - 1) & 1;
    return false;
}

void Process::signal(int number) { ::kill(pid_, number); }

Outcome Process::wait()
{
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(out_), content(err_)};
}
