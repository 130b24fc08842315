// SPDX-License-Identifier: GPL-2.0
#include "system/interrupts.hh"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

namespace {

int interrupt_pipe[2] = {-1, -1};
volatile std::sig_atomic_t interrupt_count = 0;
volatile std::sig_atomic_t patient = 0;

void on_interrupt(int)
{
    const int saved = errno;
    interrupt_count = interrupt_count + 1;
    // The socket closes with the process, and the run stops with it.
    if (interrupt_count > 1 && !patient)
        _exit(130);
    [[maybe_unused]] const ssize_t written = write(interrupt_pipe[1], "!", 1);
    errno = saved;
}

void handle(int signal, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts(Mood mood)
{
    if (pipe2(interrupt_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Error(kBad, "cannot make a pipe");
    interrupt_count = 0;
    patient = mood == Mood::kPatient;
    handle(SIGINT, on_interrupt);
    handle(SIGTERM, on_interrupt);
    if (patient)
        handle(SIGHUP, on_interrupt);
}

Interrupts::~Interrupts()
{
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    if (patient)
        handle(SIGHUP, SIG_DFL);
    close(interrupt_pipe[0]);
    close(interrupt_pipe[1]);
}

int Interrupts::fd() const { return interrupt_pipe[0]; }

bool Interrupts::take()
{
    char byte;
    return read(interrupt_pipe[0], &byte, 1) == 1;
}

}  // namespace wqctl
