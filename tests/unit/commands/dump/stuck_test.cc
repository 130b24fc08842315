// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <unistd.h>

#include "commands/dump/render.hh"
#include "commands/dump/stacks.hh"
#include "commands/dump/stuck.hh"
#include "snapshot/overdue.hh"
#include "source/saved/saved.hh"
#include "unit/args/parsed.hh"
#include "unit/commands/dump/dump_fixture.hh"
#include "unit/report/fixtures.hh"
#include "unit/term/plain.hh"
#include "unit/term/printed.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// One that is well: whatever is on it has just begun.
Snapshot fresh_machine()
{
    Snapshot s = busy_machine();
    for (wqlab_snap_pool& pool : s.pools)
        pool.since_progress_ns = WQLAB_NEVER;
    for (wqlab_snap_worker& worker : s.workers) {
        worker.flags &= ~uint32_t{WQLAB_WORKER_SINCE_AT_LEAST};
        if (worker.busy_ns != WQLAB_NEVER)
            worker.busy_ns = kSecond;
    }
    for (wqlab_snap_timer& timer : s.timers)
        timer.due_ns = static_cast<int64_t>(kSecond);
    return s;
}

wqlab_snap_worker& busy_worker(Snapshot& s)
{
    for (wqlab_snap_worker& worker : s.workers)
        if (worker.busy_ns != WQLAB_NEVER)
            return worker;
    throw std::logic_error("nobody is busy");
}

Stuck stuck_of(const Snapshot& s) { return only_stuck(s, select(s, {}), 30 * kSecond); }

}  // namespace

TEST_CASE("a machine on which all goes on has nothing stuck")
{
    const Snapshot s = fresh_machine();
    const Stuck stuck = stuck_of(s);
    CHECK_FALSE(stuck.any);
    CHECK(stuck.unknown == 0);
    CHECK(stuck.selection.workers.empty());
    CHECK(stuck.selection.works.empty());
    CHECK(render_unknown(stuck, "30s", plain(120)).empty());
}

TEST_CASE("who has been at one item for so long is stuck, and its workqueue is shown with it")
{
    Snapshot s = fresh_machine();
    wqlab_snap_worker& worker = busy_worker(s);
    worker.busy_ns = 31 * kSecond;
    const Stuck stuck = stuck_of(s);
    CHECK(stuck.any);
    REQUIRE(stuck.selection.workers.size() == 1);
    CHECK(stuck.selection.workers[0] == &worker);
    for (const wqlab_snap_workqueue* wq : stuck.selection.workqueues)
        CHECK(s.index_of(*wq) == worker.workqueue);
}

TEST_CASE("a pool that begins nothing is stuck with all who are there, however long they are")
{
    Snapshot s = fresh_machine();
    const int32_t pool = busy_worker(s).pool;
    const_cast<wqlab_snap_pool*>(s.pool(pool))->since_progress_ns = 40 * kSecond;
    busy_worker(s).flags |= WQLAB_WORKER_SINCE_AT_LEAST;
    const Stuck stuck = stuck_of(s);
    CHECK(stuck.any);
    CHECK_FALSE(stuck.selection.workers.empty());
    for (const wqlab_snap_worker* worker : stuck.selection.workers)
        CHECK(worker->pool == pool);
    CHECK(stuck.unknown == 0);
}

TEST_CASE("a lower bound that is too low says nothing, and that is said")
{
    Snapshot s = fresh_machine();
    busy_worker(s).flags |= WQLAB_WORKER_SINCE_AT_LEAST;
    const Stuck stuck = stuck_of(s);
    CHECK_FALSE(stuck.any);
    CHECK(stuck.unknown == 1);
    CHECK_THAT(render_unknown(stuck, "30s", plain(120)), Catch::Contains("1 other busy worker"));
}

TEST_CASE("where workers and items are not shown it is not said that nothing stands still")
{
    Snapshot s = fresh_machine();
    Info info = info_612();
    const std::string path = "/tmp/wqlab-stuck-" + std::to_string(getpid());
    int status = -1;
    const auto dumped = [&](std::vector<std::string> words) {
        std::ofstream(path) << save(info, s, "a test", 0);
        words.insert(words.begin(), {"dump", "-c", path, "--stuck", "30s"});
        const std::string text = printed([&] { status = done(words); });
        std::remove(path.c_str());
        return text;
    };
    s.sections = WQLAB_SECTIONS_ALL;
    CHECK(dumped({}) == "nothing has stood still for 30s\n");
    CHECK(status == kDone);
    info.views = {{WQLAB_SECTION_WORK, {"worker->current_work"}}};
    s.sections &= ~WQLAB_SECTION_WORK;
    s.workers.clear();
    s.works.clear();
    for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"pools"}}) {
        CHECK_THAT(dumped(words), Catch::Contains("work: this kernel lacks worker->current_work") &&
                                      !Catch::Contains("nothing has stood still"));
        CHECK(status == kSkipped);
    }
    s.pools[0].since_progress_ns = 40 * kSecond;
    CHECK_THAT(dumped({"pools"}), Catch::Contains("work: this kernel lacks"));
    CHECK(status == kBad);
}

TEST_CASE("a timer long overdue is stuck, a deferrable one is not")
{
    Snapshot s = fresh_machine();
    REQUIRE_FALSE(s.timers.empty());
    s.timers[0].due_ns = -40 * static_cast<int64_t>(kSecond);
    s.timers[0].deferrable = 0;
    CHECK(stuck_of(s).any);
    s.timers[0].deferrable = 1;
    CHECK_FALSE(stuck_of(s).any);
}

TEST_CASE("a timer is overdue beyond what the wheel may be late by, whatever its numbers are")
{
    wqlab_snap_timer timer = {};
    timer.due_ns = -100 * static_cast<int64_t>(kSecond);
    CHECK(is_overdue(timer, 100 * kSecond));
    timer.slack_ns = 71 * kSecond;
    CHECK_FALSE(is_overdue(timer, 30 * kSecond));
    timer.slack_ns = 70 * kSecond;
    CHECK(is_overdue(timer, 30 * kSecond));
    timer.due_ns = INT64_MIN;
    CHECK(is_overdue(timer, 30 * kSecond));
    CHECK(distance_ns(timer) == uint64_t{1} << 63);
    timer.slack_ns = UINT64_MAX;
    CHECK_FALSE(is_overdue(timer, 0));
    timer.slack_ns = 0;
    timer.due_ns = 1;
    CHECK_FALSE(is_overdue(timer, 0));
}

TEST_CASE("a task's name says nothing to the terminal")
{
    Snapshot s = busy_machine();
    for (std::string& string : s.strings)
        string.insert(0, "\x1b[2J");
    const Selection all = select(s, {});
    const Dump dump = dump_of(s, all);
    Stacks stacks;
    stacks.groups.push_back({{}, "D", tasks_of(s, all)});
    const Style style = plain(120);
    for (const std::string& text : {render_work(dump, style), render_cpus(dump, style), render_timers(dump, style),
                                    render_hogs(dump, style), render_stacks(stacks, style)}) {
        CHECK(text.find('\x1b') == std::string::npos);
        CHECK_THAT(text, Catch::Contains("?[2J"));
    }
}

TEST_CASE("nothing in a hostile snapshot is believed when it is searched for what is stuck")
{
    for (unsigned seed = 0; seed < 20; seed++) {
        const Snapshot s = hostile(seed);
        const Selection all = select(s, {});
        const Stuck stuck = only_stuck(s, all, kSecond);
        CHECK(stuck.selection.works.size() <= s.works.size());
        CHECK(tasks_of(s, all).size() <= s.workers.size() + s.works.size() + s.flushers.size());
    }
}

TEST_CASE("the tasks of a dump are its workers and those who wait, each once")
{
    const Snapshot s = busy_machine();
    const std::vector<Task> tasks = tasks_of(s, select(s, {}));
    for (const wqlab_snap_worker& worker : s.workers)
        if (worker.function != WQLAB_NONE && worker.pid)
            CHECK(std::ranges::count(tasks, worker.pid, &Task::pid) == 1);
    for (const wqlab_snap_flusher& flusher : s.flushers)
        if (flusher.pid)
            CHECK(std::ranges::count(tasks, flusher.pid, &Task::pid) == 1);
}
