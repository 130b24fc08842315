// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <ctime>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "system/wait.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kLong = 60'000'000'000;

void on_signal(int) {}

// A signal again and again, as often as it takes to find somebody who waits.
class Signals {
public:
    explicit Signals(int signal)
    {
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = signal;
        REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0);
        const itimerspec often = {{0, 10'000'000}, {0, 10'000'000}};
        REQUIRE(timer_settime(timer_, 0, &often, nullptr) == 0);
    }
    ~Signals() { timer_delete(timer_); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    timer_t timer_ = {};
};

}  // namespace

TEST_CASE("whoever waits for input is woken by any signal that has a handler, and told of an interrupt")
{
    Interrupts interrupts;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    struct sigaction action = {}, before = {};
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, &before);
    {
        const Signals signals(SIGUSR1);
        CHECK(wait_for(kLong, interrupts, ends[0]) == Woken::kByInput);
        // Who waits for nothing but the time has no use for it.
        CHECK(wait_for(100'000'000, interrupts) == Woken::kByTime);
    }
    sigaction(SIGUSR1, &before, nullptr);
    raise(SIGINT);
    CHECK(wait_for(kLong, interrupts, ends[0]) == Woken::kByInterrupt);
    REQUIRE(write(ends[1], "!", 1) == 1);
    CHECK(wait_for(kLong, interrupts, ends[0]) == Woken::kByInput);
    close(ends[1]);
    char byte;
    REQUIRE(read(ends[0], &byte, 1) == 1);
    CHECK(wait_for(kLong, interrupts, ends[0]) == Woken::kByHangup);
    close(ends[0]);
}
