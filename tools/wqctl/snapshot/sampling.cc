// SPDX-License-Identifier: GPL-2.0
#include "snapshot/sampling.hh"

#include <cerrno>
#include <ctime>

#include <fmt/format.h>
#include <poll.h>

#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

uint64_t monotonic_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

Snapshot take_snapshot(Lab& lab, uint32_t sections)
{
    Snapshot snapshot = lab.snapshot(sections);
    if (snapshot.has(WQLAB_SECTION_WORKQUEUES))
        return snapshot;
    std::vector<std::string> lacks;
    for (const View& view : lab.info().views)
        if (view.section == WQLAB_SECTION_WORKQUEUES)
            lacks = view.lacks;
    throw Error(kUnavailable, fmt::format("this kernel's workqueues cannot be read{}",
                                          lacks.empty() ? "" : ": it lacks " + enumerate(lacks)));
}

Woken wait_until(uint64_t deadline_ns, Interrupts& interrupts, int fd)
{
    for (;;) {
        const uint64_t now = monotonic_ns();
        const uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
        const timespec timeout = {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
        pollfd fds[] = {{interrupts.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
        const int ready = ppoll(fds, 2, &timeout, nullptr);
        if (interrupts.take())
            return Woken::kByInterrupt;
        if (ready > 0 && fds[1].revents & POLLIN)
            return Woken::kByInput;
        if (ready > 0 && fds[1].revents)
            return Woken::kByHangup;
        // A signal such as that of a resized terminal is input, too.
        if (ready < 0 && errno == EINTR && fd >= 0)
            return Woken::kByInput;
        if (ready == 0)
            return Woken::kByTime;
    }
}

}  // namespace wqctl
