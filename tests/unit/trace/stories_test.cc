// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "recorded.hh"
#include "trace/stories.hh"

using namespace wqctl;

namespace {

const Story& only(const Told& all, uint64_t item)
{
    const Story* found = nullptr;
    for (const Story& story : all.stories)
        if (story.item == item) {
            REQUIRE(!found);
            found = &story;
        }
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("a story has its stages, who queued it and who ran it")
{
    Recorded it;
    it.queue(1'000, 0xa, "a_fn", it.events_wq);
    it.start(3'000, 0xa, "a_fn", it.events_wq, 61);
    it.in_worker(EventKind::kSleep, 4'000, 61);
    it.in_worker(EventKind::kWake, 4'600, 61);
    it.in_worker(EventKind::kSleep, 5'000, 61);
    it.in_worker(EventKind::kWake, 5'010, 61);
    it.in_worker(EventKind::kEnd, 8'000, 61, Recorded::kPool, 0xa);
    const Told all = told(it);
    REQUIRE(all.stories.size() == 1);
    const Story& story = all.stories[0];
    CHECK(story.end == StoryEnd::kEnded);
    CHECK(!story.held_back);
    CHECK(story.held_ns() == 0);
    CHECK(story.waited_ns() == 2'000);
    CHECK(story.ran_ns() == 5'000);
    CHECK(story.sleeps == 2);
    CHECK(story.slept_ns == 610);
    CHECK(story.by_pid == 212);
    CHECK(it.tables.text(story.by_comm) == "cat");
    CHECK(it.tables.text(story.caller) == "read_it");
    CHECK(story.worker_pid == 61);
    CHECK(story.cpu == 1);
    CHECK(!story.waited_behind);
    CHECK(!story.in_gap);
}

TEST_CASE("an item waits behind the one that had its CPU's pool for the longest part of the wait")
{
    Recorded it;
    it.queue(0, 0x1, "short_fn", it.events_wq);
    it.start(10, 0x1, "short_fn", it.events_wq, 61);
    it.queue(20, 0x2, "hog_fn", it.lab);
    it.queue(30, 0x3, "victim_fn", it.events_wq);
    it.in_worker(EventKind::kEnd, 50, 61, Recorded::kPool, 0x1);
    it.start(60, 0x2, "hog_fn", it.lab, 61);
    it.in_worker(EventKind::kEnd, 1'060, 61, Recorded::kPool, 0x2);
    it.start(1'070, 0x3, "victim_fn", it.events_wq, 61);
    const Story victim = only(told(it), 0x3);
    REQUIRE(victim.waited_behind);
    CHECK(victim.waited_behind.item == 0x2);
    CHECK(it.tables.text(victim.waited_behind.function) == "hog_fn");
    CHECK(victim.waited_behind.workqueue == it.lab);
    CHECK(victim.waited_behind.pid == 61);
    CHECK(victim.waited_behind.ns == 1'000);
    CHECK(victim.waited_behind.others == 1);
}

TEST_CASE("of a CPU's pool who sleeps is waited behind only for as long as he did not")
{
    Recorded it;
    it.queue(0, 0x1, "sleeper_fn", it.events_wq);
    it.start(10, 0x1, "sleeper_fn", it.events_wq, 61);
    it.queue(20, 0x2, "victim_fn", it.events_wq);
    it.in_worker(EventKind::kSleep, 30, 61);
    it.start(100, 0x2, "victim_fn", it.events_wq, 62);
    const Told all = told(it);
    CHECK(only(all, 0x2).waited_behind.ns == 10);

    Recorded other;
    other.queue(0, 0x1, "sleeper_fn", other.events_wq);
    other.start(10, 0x1, "sleeper_fn", other.events_wq, 61);
    other.in_worker(EventKind::kSleep, 20, 61);
    other.queue(30, 0x2, "victim_fn", other.events_wq);
    other.start(100, 0x2, "victim_fn", other.events_wq, 62);
    CHECK(!only(told(other), 0x2).waited_behind);
}

TEST_CASE("in an unbound pool an item waits behind nobody but what its own worker was in")
{
    for (const bool same_worker : {false, true}) {
        Recorded it;
        it.start(10, 0x1, "long_fn", it.lab, 61, Recorded::kUnboundPool);
        it.queue(20, 0x2, "victim_fn", it.lab, Recorded::kUnboundPool);
        it.in_worker(EventKind::kEnd, 900, 61, Recorded::kUnboundPool, 0x1);
        it.start(1'000, 0x2, "victim_fn", it.lab, same_worker ? 61 : 62, Recorded::kUnboundPool);
        CHECK(bool(only(told(it), 0x2).waited_behind) == same_worker);
    }
}

TEST_CASE("what max_active holds back is held back behind the workqueue's own")
{
    Recorded it;
    it.queue(0, 0x1, "first_fn", it.lab, Recorded::kUnboundPool);
    it.start(10, 0x1, "first_fn", it.lab, 61, Recorded::kUnboundPool);
    it.start(10, 0x9, "stranger_fn", it.events_wq, 63, Recorded::kUnboundPool);
    it.queue(20, 0x2, "second_fn", it.lab, Recorded::kUnboundPool, true);
    it.in_worker(EventKind::kEnd, 520, 61, Recorded::kUnboundPool, 0x1);
    it.of_item(EventKind::kActivate, 530, 0x2);
    it.start(540, 0x2, "second_fn", it.lab, 61, Recorded::kUnboundPool);
    const Story second = only(told(it), 0x2);
    CHECK(second.held_back);
    CHECK(second.held_ns() == 510);
    CHECK(second.waited_ns() == 10);
    CHECK(second.held_behind.item == 0x1);
    CHECK(second.held_behind.ns == 500);
    CHECK(second.held_behind.others == 0);
}

TEST_CASE("ends without starts and starts without ends are told as such")
{
    Recorded it;
    it.in_worker(EventKind::kEnd, 100, 61, Recorded::kPool, 0x1).function = it.tables.name("begun_before_fn");
    it.start(200, 0x2, "end_lost_fn", it.events_wq, 61);
    it.start(300, 0x3, "runs_on_fn", it.events_wq, 61);
    it.queue(400, 0x4, "start_lost_fn", it.events_wq);
    it.queue(500, 0x4, "start_lost_fn", it.events_wq);
    it.queue(600, 0x5, "cancelled_fn", it.events_wq);
    it.of_item(EventKind::kCancel, 700, 0x5);
    const Told all = told(it);
    REQUIRE(all.stories.size() == 6);
    const Story& before = only(all, 0x1);
    CHECK(before.end == StoryEnd::kEnded);
    CHECK(before.started == kNotSeen);
    CHECK(before.ran_ns() == 0);
    CHECK(only(all, 0x2).end == StoryEnd::kLost);
    CHECK(only(all, 0x2).told == 300);
    CHECK(only(all, 0x3).end == StoryEnd::kRecordingEnded);
    CHECK(all.stories[2].end == StoryEnd::kLost);
    CHECK(all.stories[2].item == 0x4);
    CHECK(all.stories[2].queued == 400);
    CHECK(only(all, 0x5).end == StoryEnd::kCancelled);
    CHECK(all.stories.back().end == StoryEnd::kRecordingEnded);
}

TEST_CASE("an item that is queued while it runs has two stories")
{
    Recorded it;
    it.queue(0, 0x1, "again_fn", it.events_wq);
    it.start(10, 0x1, "again_fn", it.events_wq, 61);
    it.queue(20, 0x1, "again_fn", it.events_wq);
    it.in_worker(EventKind::kEnd, 30, 61, Recorded::kPool, 0x1);
    it.start(40, 0x1, "again_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 60, 61, Recorded::kPool, 0x1);
    const Told all = told(it);
    REQUIRE(all.stories.size() == 2);
    CHECK(all.stories[0].ran_ns() == 20);
    CHECK(all.stories[1].queued == 20);
    CHECK(all.stories[1].waited_behind.item == 0x1);
    CHECK(all.stories[1].waited_behind.ns == 10);
}

TEST_CASE("a story has a gap in it if events were lost while it went on")
{
    Recorded it;
    it.queue(0, 0x1, "before_fn", it.events_wq);
    it.start(10, 0x1, "before_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 20, 61, Recorded::kPool, 0x1);
    it.queue(30, 0x2, "within_fn", it.events_wq);
    it.lost(40, 50, 7);
    it.start(60, 0x2, "within_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 70, 61, Recorded::kPool, 0x2);
    it.queue(80, 0x3, "after_fn", it.events_wq);
    it.start(81, 0x3, "after_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 82, 61, Recorded::kPool, 0x3);
    const Told all = told(it);
    CHECK(!only(all, 0x1).in_gap);
    CHECK(only(all, 0x2).in_gap);
    CHECK(!only(all, 0x3).in_gap);
    REQUIRE(all.others.size() == 1);
    CHECK(all.others[0].value == 7);
}

TEST_CASE("a flush's barrier is a story of who waits, behind what it waits for")
{
    Recorded it;
    it.queue(0, 0x1, "long_fn", it.events_wq);
    it.start(10, 0x1, "long_fn", it.events_wq, 61);
    it.flush(20, 300, 0xf, 0x1);
    it.in_worker(EventKind::kEnd, 320, 61, Recorded::kPool, 0x1);
    it.start(330, 0xf, "wq_barrier_func", 0, 61);
    it.in_worker(EventKind::kEnd, 331, 61, Recorded::kPool, 0xf);
    const Story barrier = only(told(it), 0xf);
    CHECK(barrier.is_barrier);
    CHECK(barrier.by_pid == 300);
    CHECK(it.tables.text(barrier.by_comm) == "umount");
    CHECK(barrier.waited_ns() == 310);
    CHECK(barrier.waited_behind.item == 0x1);
}

TEST_CASE("barriers that were not seen queued are of who flushes what ended before them in the worker, the last first")
{
    Recorded it;
    it.start(10, 0x1, "long_fn", it.events_wq, 61);
    it.flush(20, 300, 0, 0x1);
    it.flush(30, 301, 0, 0x1);
    it.flush(40, 302, 0, 0x9);  // something else
    it.in_worker(EventKind::kEnd, 320, 61, Recorded::kPool, 0x1);
    for (const uint64_t barrier : {0xf1, 0xf0}) {
        it.start(330, barrier, "wq_barrier_func", 0, 61);
        it.in_worker(EventKind::kEnd, 331, 61, Recorded::kPool, barrier);
    }
    it.start(340, 0xf3, "wq_barrier_func", 0, 61);
    it.in_worker(EventKind::kEnd, 341, 61, Recorded::kPool, 0xf3);
    // Of whom the kernel tells it.
    it.start(350, 0xf4, "wq_barrier_func", 0, 61).other = 302;
    const Told all = told(it);
    CHECK(only(all, 0xf1).by_pid == 301);
    CHECK(only(all, 0xf1).queued == 30);
    CHECK(only(all, 0xf0).by_pid == 300);
    CHECK(only(all, 0xf0).waited_behind.item == 0x1);
    CHECK(only(all, 0xf3).is_barrier);
    CHECK(only(all, 0xf3).queued == kNotSeen);
    CHECK(only(all, 0xf4).queued == 40);
    CHECK(only(all, 0xf4).by_pid == 302);
}

TEST_CASE("in BH the CPU tells who ends, whether its pool is known or not")
{
    Recorded it;
    for (const uint16_t cpu : {0, 1}) {
        it.start(10u + cpu, 0xb0u + cpu, "bh_fn", it.other_events, 0, Recorded::kBhPool + cpu).cpu = cpu;
    }
    for (const uint16_t cpu : {0, 1})
        it.in_worker(EventKind::kEnd, 100u + cpu, 0, kNoPool, 0xb0u + cpu).cpu = cpu;
    const Told all = told(it);
    REQUIRE(all.stories.size() == 2);
    for (const Story& story : all.stories) {
        CHECK(story.end == StoryEnd::kEnded);
        CHECK(story.ran_ns() == 90);
        CHECK(story.pool == Recorded::kBhPool + story.cpu);
    }
}

TEST_CASE("of items that are never heard of again, only so many are kept")
{
    Told all;
    Stories stories(all);
    const Recorded it;
    stories.begin(it.head, it.tables);
    constexpr uint64_t kItems = 600'000;
    for (uint64_t i = 1; i <= kItems; i++) {
        Event event;
        event.item = i;
        event.time = i;
        stories.event(event);
    }
    uint64_t open = 0;
    stories.for_each_open([&](const Story&) { open++; });
    CHECK(open <= 500'000);
    CHECK(open + all.stories.size() == kItems);
    // The oldest went first.
    for (const Story& story : all.stories) {
        CHECK(story.end == StoryEnd::kLost);
        if (story.item > kItems - open)
            FAIL("a younger one went");
    }
}
