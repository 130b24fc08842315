// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/doctor/live/ages.hh"
#include "unit/commands/doctor/live/scene.hh"

using namespace wqctl;

namespace {

// A worker of which nothing is known but that it is busy, at a look so many seconds later.
void worker(Scene& s, uint64_t later, uint64_t started = 7)
{
    const uint32_t mine = s.workqueue("mine", 0, {6});
    s.busy(101, mine, 6, "doze", 0, WQLAB_WORKER_SLEEPING | WQLAB_WORKER_SINCE_AT_LEAST);
    s.pwq(mine, 6).stats[WQLAB_PWQ_STAT_STARTED] = started;
    s.snapshot.tasks.clear();
    s.snapshot.head.time_ns += later * kSecond;
}

// Its age in the second of two looks.
uint64_t age(live::Ages& ages, const Scene& before, const Scene& now)
{
    live::Case at(before.snapshot, now.snapshot);
    ages.follow(at);
    return at.busy().at(0).stays ? at.busy()[0].age_ns : 0;
}

}  // namespace

TEST_CASE("doctor: a watch knows since when a worker is at its item, by its own looks")
{
    Scene first(0), second(0), third(0), fourth(0), fifth(0);
    worker(first, 0);
    worker(second, 6);
    worker(third, 12);
    // The item was begun anew, by the same worker.
    worker(fourth, 18, 8);
    worker(fifth, 24, 8);
    live::Ages ages;
    CHECK(age(ages, first, second) == 6 * kSecond);
    CHECK(age(ages, second, third) == 12 * kSecond);
    CHECK(age(ages, third, fourth) == 0);
    CHECK(age(ages, fourth, fifth) == 6 * kSecond);
}
