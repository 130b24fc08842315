// SPDX-License-Identifier: GPL-2.0
#include "system/children.hh"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/spawn_signals.hh"

namespace wqctl {

namespace {

// Of commands that do not end the next ones would be many.
constexpr size_t kMost = 16;

bool write_all(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<size_t>(written));
    }
    return lseek(file, 0, SEEK_SET) == 0;
}

std::string end_of(int status)
{
    if (WIFSIGNALED(status))
        return std::string("was ended by ") + strsignal(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::string Children::start(const std::string& command, std::string_view document)
{
    if (running_.size() >= kMost)
        return std::to_string(kMost) + " of them have not ended yet";
    // A file, not a pipe: whoever does not read can't stop the writer.
    const int input = memfd_create("document", MFD_CLOEXEC);
    if (input < 0)
        return std::strerror(errno);
    std::string trouble;
    if (write_all(input, document)) {
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        std::string shell = "sh", option = "-c", words = command;
        char* arguments[] = {shell.data(), option.data(), words.data(), nullptr};
        const SpawnSignals signals;
        pid_t pid;
        if (const int error = posix_spawn(&pid, "/bin/sh", &files, signals.get(), arguments, environ))
            trouble = std::strerror(error);
        else
            running_.push_back(pid);
        posix_spawn_file_actions_destroy(&files);
    } else {
        trouble = std::strerror(errno);
    }
    close(input);
    return trouble;
}

std::vector<std::string> Children::failures()
{
    std::vector<std::string> failures;
    std::erase_if(running_, [&](pid_t pid) {
        int status;
        const pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid && status)
            failures.push_back(end_of(status));
        return ended != 0;
    });
    return failures;
}

}  // namespace wqctl
