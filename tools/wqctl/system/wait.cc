// SPDX-License-Identifier: GPL-2.0
#include "system/wait.hh"

#include <cerrno>
#include <ctime>

#include <poll.h>

namespace wqctl {

uint64_t monotonic_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

Woken wait_until(uint64_t deadline_ns, Interrupts& interrupts, int fd)
{
    for (;;) {
        const uint64_t now = monotonic_ns();
        const uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
        const timespec timeout = {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
        pollfd fds[] = {{interrupts.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
        const int ready = ppoll(fds, 2, &timeout, nullptr);
        const bool is_signal = ready < 0 && errno == EINTR;
        if (interrupts.take())
            return Woken::kByInterrupt;
        if (ready > 0 && fds[1].revents & POLLIN)
            return Woken::kByInput;
        if (ready > 0 && fds[1].revents)
            return Woken::kByHangup;
        // A signal such as that of a resized terminal is input, too.
        if (is_signal && fd >= 0)
            return Woken::kByInput;
        if (ready == 0)
            return Woken::kByTime;
    }
}

Woken wait_for(uint64_t time_ns, Interrupts& interrupts, int fd)
{
    return wait_until(monotonic_ns() + time_ns, interrupts, fd);
}

}  // namespace wqctl
