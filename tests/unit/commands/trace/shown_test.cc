// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/trace/shown.hh"
#include "trace/line.hh"
#include "trace/stories.hh"
#include "unit/trace/recorded.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kMs = 1'000'000;

// A hog that ten items wait behind, one of them for another CPU's.
Recorded hogged()
{
    Recorded it;
    it.tail.elapsed_ns = 20 * kMs;
    it.queue(0, 0x100, "hog_fn", it.lab).context = EventContext::kTimer;
    it.start(1'000, 0x100, "hog_fn", it.lab, 61);
    for (uint64_t i = 0; i < 10; i++)
        it.queue(i * kMs, 0x200 + i, "victim_fn", it.events_wq);
    it.in_worker(EventKind::kEnd, 11 * kMs, 61, Recorded::kPool, 0x100);
    for (uint64_t i = 0; i < 10; i++) {
        it.start(11 * kMs + i * 1'000, 0x200 + i, "victim_fn", it.events_wq, 61);
        it.in_worker(EventKind::kEnd, 11 * kMs + i * 1'000 + 600, 61, Recorded::kPool, 0x200 + i);
    }
    return it;
}

template <typename Page>
std::string shown(const Recorded& recorded, Page page, const std::vector<std::string>& patterns = {})
{
    Meant meant(page, Patterns(patterns));
    Stories stories(meant);
    recorded.play(stories);
    Style style;
    style.width = 400;  // lines as they are
    return page.render(style);
}

bool has(const std::string& text, const std::string& part)
{
    INFO(text << "\n\nlacks: " << part);
    CHECK(text.find(part) != std::string::npos);
    return true;
}

}  // namespace

TEST_CASE("sums are of each workqueue and function, the longest wait first")
{
    const std::string page = shown(hogged(), SumsPage(StoryGrouping::kItem, StoryStage::kWait, 3));
    has(page, "11 items in 0.020 s of box, Linux 6.12.0-test, 2 CPUs");
    CHECK(page.find("victim_fn (events)  ") < page.find("hog_fn (lab)  "));
    has(page, "Waited longest until they ran");
    // Three of them, with what they waited behind.
    has(page,
        "victim_fn (events), kworker/1:61-61 CPU 1, queued by cat-212 CPU 0 from read_it, "
        "behind hog_fn (lab) in kworker/1:61-61, item 00000200");
    has(page, "item 00000202\n");
    CHECK(page.find("item 00000203") == std::string::npos);
}

TEST_CASE("sums by who queues know tasks by their names and interrupts by what they call")
{
    const std::string page = shown(hogged(), SumsPage(StoryGrouping::kQueuer, StoryStage::kRan, 0));
    has(page, "\ncat ");
    has(page, "\ntimer, read_it ");
}

TEST_CASE("patterns choose items by workqueue or function")
{
    CHECK(has(shown(hogged(), SumsPage(StoryGrouping::kItem, StoryStage::kWait, 1), {"^lab$"}), "1 items"));
    CHECK(
        has(shown(hogged(), SumsPage(StoryGrouping::kItem, StoryStage::kWait, 1), {"^victim", "nothing"}), "10 items"));
}

TEST_CASE("a story at length says who, when, behind what and where")
{
    const std::string text = shown(hogged(), AtLength(0x201, StoryStage::kWait));
    CHECK(text ==
          "victim_fn (events), item 00000201\n"
          "     0.001000  queued by cat-212 on CPU 0, from read_it\n"
          "     0.011001  waited 10.0ms for a worker of pool 2 (CPU 1)\n"
          "                 behind hog_fn (lab) in kworker/1:61-61, 10.0ms of 10.0ms; 1 more had a part in it\n"
          "                 started in kworker/1:61-61 on CPU 1\n"
          "     0.011002  ended, after 600ns\n");
    has(shown(hogged(), AtLength({}, StoryStage::kRan)), "hog_fn (lab), item 00000100");
}

TEST_CASE("lines tell of what has no story that it has none")
{
    std::string text;
    LineWriter lines([&](std::string_view line) { text += line; }, Style{});
    Stories stories(lines);
    all_sorts().play(stories);
    has(text, "-- 42 events of CPU 1 are lost, up to 0.000014 --");
    has(text, "named_late_fn (?), kworker/1:65-65 CPU 1, start not seen\n");
    has(text, ", cancelled\n");
    has(text, ", start not seen");
    has(text, ", end not seen");
    has(text, ", still runs\n");
    has(text, ", still held back\n");
    has(text, "awaited by umount-300");
    has(text, "held back behind first_fn (lab) in kworker/1:62-62");
    has(text, "queued by a softirq over cat-212");
    has(text, "lost: 42 events, 42 of CPU 1\n");
    has(text, "passed over by busy probes: 1,002 calls, 2 for cancel_work(), 1,000 for maydays\n");
}
