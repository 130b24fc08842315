// SPDX-License-Identifier: GPL-2.0
// What wqctl dump says of tasks: who has a CPU, who waits for it, who sleeps, and whether the pool knows. The test made
// it so.
#include <algorithm>
#include <catch2/catch.hpp>

#include "dump_lab.hh"
#include "one_truth.hh"
#include "stuck.hh"

namespace {

const Words kOurs = {"--wq", "^stuck_"};

json look(Words sections)
{
    sections.insert(sections.end(), kOurs.begin(), kOurs.end());
    return dump(sections);
}

// The worker at this function, and its task.
struct AtWork {
    json worker, task;
};
AtWork at_work(const std::string& function)
{
    const json work = look({"work"})["work"];
    const json worker = one_of(work["workers"], "function", "stuck_" + function + "_func [wqlab_stuck]");
    return {worker, one_of(work["tasks"], "pid", worker["pid"])};
}

}  // namespace

TEST_CASE("dump: a CPU's row tells who has it, and how", "[inspect]")
{
    const Poller poller(1);
    json row;
    REQUIRE(eventually([&] { return (row = one_of(dump({"cpus"})["cpus"], "cpu", 1))["pid"] == poller.pid(); }));
    INFO(row);
    CHECK(row["command"] == "poller");
    CHECK(row["policy"] == "fifo");
    CHECK(row["rt_priority"] == 50);
    CHECK(row["flags"] == json({"online", "active"}));
    CHECK(row["running"] >= 1);
    for (const json& cpu : dump({"cpus"})["cpus"])
        CHECK(threads("ksoftirqd/" + cpu["cpu"].dump()).contains(cpu["ksoftirqd"].get<int>()));
}

TEST_CASE("dump: whether a worker sleeps, and whether its pool knows", "[inspect]")
{
    {
        const Stuck asleep("max_active");
        json workers;
        const bool both = eventually([&] {
            workers = look({"work"})["work"]["workers"];
            return std::ranges::count_if(workers, [](const json& worker) {
                       return has_flag(worker, "known_asleep") && has_flag(worker, "sleeping");
                   }) == 2;
        });
        INFO(workers);
        CHECK(both);
        check_all_sources(kOurs);
    }
    {
        const Stuck hidden("hidden");
        AtWork seen;
        REQUIRE(eventually([&] { return has_flag((seen = at_work("hidden")).worker, "sleeping"); }));
        INFO(seen.worker << seen.task);
        CHECK(has_flag(seen.worker, "counted"));
        CHECK(has_flag(seen.worker, "unhooked"));
        CHECK_FALSE(has_flag(seen.worker, "known_asleep"));
        CHECK_FALSE(has_flag(seen.worker, "on_cpu"));
        CHECK(seen.task["state"] == "I");
        CHECK_THAT(tool({"dump", "work", "--wq", "^stuck_"}).out, Catch::Contains("BUT COUNTED AS RUNNING"));
        check_all_sources(kOurs);
    }
}

TEST_CASE("dump: a worker that waits for its CPU, on its way to sleep or not", "[inspect]")
{
    const Unthrottled unthrottled(1);
    {
        const Stuck polite("polite");
        const Poller poller(1);
        AtWork seen;
        REQUIRE(eventually([&] { return !has_flag((seen = at_work("polite")).worker, "on_cpu"); }));
        INFO(seen.worker << seen.task);
        // It may have run for longer than the kernel lets a counted one.
        CHECK(has_flag(seen.worker, "counted") != has_flag(seen.worker, "cpu_intensive"));
        CHECK_FALSE(has_flag(seen.worker, "sleeping"));
        CHECK_FALSE(has_flag(seen.worker, "about_to_sleep"));
        // It has not run since.
        const AtWork later = at_work("polite");
        CHECK(later.task["switches"] == seen.task["switches"]);
        CHECK(later.task["runtime_ns"] == seen.task["runtime_ns"]);
        CHECK(later.task["since_ns"] >= seen.task["since_ns"]);
    }
    {
        const Stuck preempted("preempted");
        const Poller poller(1);
        AtWork seen;
        REQUIRE(eventually([&] { return !has_flag((seen = at_work("preempted")).worker, "on_cpu"); }));
        INFO(seen.worker << seen.task);
        CHECK(has_flag(seen.worker, "about_to_sleep"));
        CHECK_FALSE(has_flag(seen.worker, "sleeping"));
        CHECK_THAT(tool({"dump", "work", "--wq", "^stuck_"}).out, Catch::Contains("preempted on its"));
    }
}

TEST_CASE("dump: who waits for a flush has a task", "[inspect]")
{
    const Stuck untold("untold");
    const json work = look({"work"})["work"];
    const json barrier = one_of(work["items"], "barrier", true);
    CHECK(barrier["waiter_command"] == "stuck_flusher");
    const json task = one_of(work["tasks"], "pid", barrier["waiter"]);
    CHECK(task["state"] == "D");
    CHECK(has_flag(task, "sleeping"));
    CHECK(has_flag(task, "kthread"));
}

TEST_CASE("dump: a freeze is told, and by whom not", "[inspect]")
{
    {
        const Stuck frozen("frozen");
        if (left_out(frozen))
            return;
        const json document = look({"workqueues"});
        CHECK(document["freezing"] == true);
        CHECK(document["pm_freezing"] == false);
        CHECK(has_flag(one_of(document["workqueues"], "name", "stuck_frozen"), "frozen"));
        CHECK(one_of(document["workqueues"], "name", "stuck_frozen")["max_active"] == 0);
        CHECK(one_of(document["workqueues"], "name", "stuck_frozen")["saved_max_active"] > 0);
        // One that is not freezable is as it was.
        CHECK_FALSE(has_flag(one_of(dump({"workqueues"})["workqueues"], "symbol", "system_highpri_wq"), "frozen"));
        const std::string text = tool({"dump", "workqueues"}).out;
        CHECK_THAT(text, Catch::Contains("workqueues are FROZEN"));
    }
    CHECK(dump({"workqueues"})["freezing"] == false);
}
