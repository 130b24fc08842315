// SPDX-License-Identifier: GPL-2.0
// wqctl doctor against each state that it knows, made for real. The test knows who did it and who suffers.
#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <unistd.h>

#include "hold.hh"
#include "kernel_struct.hh"
#include "stuck.hh"
#include "system/kept_value.hh"

namespace {

std::string func(const std::string& name) { return "stuck_" + name + "_func [wqlab_stuck]"; }

// "" where there is none.
std::string text(const json& object, const std::string& key)
{
    return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

// A finding of these, whoever else is suspected.
void check(const json& finding, const std::string& certainty, const std::string& workqueue, const std::string& suspect,
           const std::string& victim)
{
    INFO(finding.dump(2));
    CHECK(finding["certainty"] == certainty);
    CHECK(finding["sentence"] != "");
    CHECK(finding["next"] != "");
    CHECK(finding["evidence"].size() > 0);
    bool suspected = false;
    for (const json& one : finding["suspects"])
        suspected |= text(one, "function") == suspect && (workqueue.empty() || one["workqueue"] == workqueue);
    CHECK(suspected);
    if (!victim.empty())
        CHECK_THAT(finding["victims"].dump(), Catch::Contains(victim));
}

// What is held back behind items of this workqueue, as soon as that says what would be a circle: they have slept for a
// moment less than they have been at work.
json circle_of(const std::string& workqueue)
{
    json found;
    const bool is_told = eventually([&] {
        found = findings({workqueue});
        return found.size() == 1 && text(found[0], "sentence").find("a circle, if") != std::string::npos;
    });
    INFO(found.dump(2));
    REQUIRE(is_told);
    CHECK(found[0]["rule"] == "held-back");
    return found[0];
}

void nothing_is_left()
{
    json last;
    const bool none = eventually([&] { return (last = findings()).empty(); });
    INFO(last.dump(2));
    CHECK(none);
}

// Or the kernel sets those apart that run for long, and begins who is behind them.
class NoneSetApart {
public:
    NoneSetApart()
    {
        const std::string threshold = "/sys/module/workqueue/parameters/cpu_intensive_thresh_us";
        if (access(threshold.c_str(), W_OK) == 0)
            kept_.emplace(threshold, "0");
    }

private:
    std::optional<wqctl::KeptValue> kept_;
};

// A CPU that comes at the end, however that is: items wait for it, and their workqueue for them.
class Latecomer {
public:
    explicit Latecomer(int cpu) : online_("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/online") {}
    ~Latecomer()
    {
        std::ofstream file(online_);
        CHECK(bool(file << 1 << std::flush));
    }
    Latecomer(const Latecomer&) = delete;

private:
    std::string online_;
};

}  // namespace

TEST_CASE("doctor: a pool that counts a worker that sleeps", "[doctor]")
{
    Stuck stuck("hidden");
    const json finding = finding_by("counts-a-sleeper");
    check(finding, "certain", "stuck_hidden", func("hidden"), "stuck_victim_func");
    CHECK_THAT(finding.dump(), Catch::Contains("PF_WQ_WORKER"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a poller that has the CPU of a worker", "[doctor]")
{
    const NoneSetApart counted;
    for (const char* state : {"polite", "preempted"}) {
        INFO(state);
        Stuck stuck(state);
        {
            const Unthrottled unthrottled(1);
            const Poller poller(1);
            const json finding = finding_by("cpu-taken");
            INFO(finding.dump(2));
            bool suspected = false;
            for (const json& one : finding["suspects"])
                suspected |= one["pid"] == poller.pid() && text(one, "task") == "poller";
            CHECK(suspected);
            CHECK_THAT(finding.dump(), Catch::Contains("fifo 50", Catch::CaseSensitive::No));
            CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_"));
        }
        stuck.undo();
        nothing_is_left();
    }
}

TEST_CASE("doctor: an item that does not let go of its CPU", "[doctor]")
{
    {
        Stuck stuck("spinner");
        check(finding_by("hog"), "certain", "stuck_spinner", func("spinner"), "stuck_victim_func");
    }
    {
        Stuck stuck("bh_spinner");
        if (!left_out(stuck))
            check(finding_by("hog"), "certain", "stuck_bh_spinner", func("bh_spinner"), "stuck_victim_func");
    }
    nothing_is_left();
}

TEST_CASE("doctor: what max_active and order hold back", "[doctor]")
{
    Stuck full("max_active"), ordered("ordered"), completion("completion", 2);
    check(finding_by("ordered"), "certain", "stuck_ordered", func("sleeper"), "4 items");
    json found = findings({"stuck_max_active"});
    REQUIRE(found.size() == 1);
    CHECK(found[0]["rule"] == "held-back");
    CHECK_THAT(found[0]["sentence"].get<std::string>(), !Catch::Contains("circle"));
    check(found[0], "certain", "stuck_max_active", func("sleeper"), "3 items");
    // This is a circle, too; but one item that sleeps says nothing of what it waits for.
    found = findings({"stuck_completion"});
    REQUIRE(found.size() == 1);
    CHECK(found[0]["rule"] == "held-back");
    CHECK_THAT(found[0]["sentence"].get<std::string>(), !Catch::Contains("circle"));
    check(found[0], "certain", "stuck_completion", func("waits_for_done"), "stuck_completes_func");
    full.undo();
    ordered.undo();
    completion.undo();
    nothing_is_left();
}

TEST_CASE("doctor: an item that waits for one held back behind it", "[doctor]")
{
    Stuck stuck("circle");
    check(finding_by("circle"), "certain", "stuck_circle", func("waits_for_next"), "stuck_victim_func");
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: all that are active wait for what only the one behind them would do", "[doctor]")
{
    Stuck stuck("completions");
    const json finding = circle_of("stuck_completions");
    check(finding, "certain", "stuck_completions", func("waits_for_done"), "stuck_completes_func");
    CHECK(finding["suspects"].size() == 2);
    CHECK_THAT(finding["sentence"].get<std::string>(),
               Catch::EndsWith("; both sleep in " + func("waits_for_done") + ": a circle, if " + func("completes") +
                               ", which is held back, ends what they wait for"));
    CHECK(findings({"stuck_completions"}).size() == 1);
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: all that are active wait for a lock, and who has it for the one behind them", "[doctor]")
{
    Stuck stuck("semaphore");
    const json finding = circle_of("stuck_semaphore");
    check(finding, "certain", "stuck_semaphore", func("semaphore"), "stuck_flusher");
    CHECK(finding["suspects"].size() == 2);
    CHECK_THAT(
        finding["sentence"].get<std::string>(),
        Catch::Contains("; both sleep in " + func("semaphore") + ": a circle, if stuck_flusher (pid ") &&
            Catch::EndsWith("), which waits in flush_workqueue() for what is held back, has what they wait for"));
    CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_victim_func"));
    CHECK_THAT(finding["next"].get<std::string>(), Catch::StartsWith("It flushes in "));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: an ordered workqueue that was moved to other CPUs while its head sleeps", "[doctor]")
{
    if (left_out_without("pool_workqueue", "plugged"))
        return;
    Stuck stuck("plugged");
    // Every unbound workqueue of the machine moves.
    const wqctl::KeptValue cpus("/sys/devices/virtual/workqueue/cpumask", "3");
    stuck.go_on();
    const json finding = finding_by("plugged");
    check(finding, "certain", "stuck_plugged", func("sleeper"), "3 items");
    CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_victim_func"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a workqueue that gets more than it does", "[doctor]")
{
    Stuck stuck("backlog");
    const json finding = finding_by("backlog");
    check(finding, "likely", "stuck_backlog", func("nap"), "stuck_nap_func");
    CHECK_THAT(finding["sentence"].get<std::string>(), Catch::Contains(" items are held back"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a task that flushes an item which does not end", "[doctor]")
{
    Stuck stuck("flushed");
    const json finding = finding_by("hung-task");
    check(finding, "certain", "stuck_flushed", func("sleeper"), "stuck_flusher");
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a drain, and the end of a workqueue, that an item keeps from being done", "[doctor]")
{
    const struct {
        const char *state, *call, *task;
    } kinds[] = {
        {"drained", "drain_workqueue()", "stuck_drainer"},
        {"destroyed", "destroy_workqueue()", "stuck_destroyer"},
    };
    for (const auto& [state, call, task] : kinds) {
        INFO(state);
        const std::string workqueue = std::string("stuck_") + state;
        Stuck stuck(state);
        const json finding = finding_by("unfinished");
        check(finding, "certain", workqueue, func("sleeper"), std::string(task) + " (pid ");
        CHECK(finding["suspects"].size() == 1);
        CHECK(finding["sentence"] ==
              std::string(call) + " of " + workqueue + " does not end: " + func("sleeper") + " goes on");
        CHECK_THAT(finding["victims"].dump(), Catch::Contains(std::string("in ") + call));
        stuck.undo();
        nothing_is_left();
    }
}

// The kernel itself leaves nobody so: tests/guest/stuck/broken.c says how it is made.
TEST_CASE("doctor: items that are held back, and nobody who would let them in", "[doctor]")
{
    if (left_out_without("pool_workqueue", "stats"))  // of what was begun between the looks
        return;
    Stuck stuck("let_in_by_none");
    const json finding = finding_by("held-by-nothing");
    INFO(finding.dump(2));
    CHECK(finding["certainty"] == "unexplained");
    CHECK_THAT(finding["sentence"].get<std::string>(),
               Catch::Contains("Workqueue stuck_let_in_by_none holds back 3 items"));
    CHECK(finding["suspects"].empty());
    CHECK_THAT(finding["victims"].dump(), Catch::Contains("3 items") && Catch::Contains("stuck_victim_func"));
    CHECK_THAT(finding["evidence"].dump(), Catch::Contains("0 active of max_active 1, 3 held back"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a pool that counts wrongly, which no rule explains", "[doctor]")
{
    Stuck stuck("miscounted");
    const json finding = finding_by("hung-pool");
    INFO(finding.dump(2));
    CHECK(finding["certainty"] == "unexplained");
    CHECK_THAT(finding["sentence"].get<std::string>(), Catch::Contains("(CPU 1, nice -20) has not moved for"));
    CHECK(finding["suspects"].empty());
    CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_victim_func"));
    CHECK_THAT(finding["evidence"].dump(), Catch::Contains("-1 counted as running"));
    const auto online = online_cpus();
    stuck.undo();
    CHECK(online_cpus() == online);  // one went and came
    nothing_is_left();
}

// Of a guest that is booted with fewer CPUs than it has.
TEST_CASE("doctor: items for a CPU that is not there", "[doctor-absent]")
{
    Stuck stuck("absent", 3);
    {
        const Latecomer cpu(3);
        const json finding = finding_by("cpu-away");
        INFO(finding.dump(2));
        CHECK(finding["certainty"] == "certain");
        CHECK_THAT(finding["sentence"].get<std::string>(), Catch::Contains("(CPU 3"));
        CHECK_THAT(finding["victims"].dump(), Catch::Contains("3 items"));
        CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_victim_func"));
    }
    nothing_is_left();
}

TEST_CASE("doctor: many that wait for one lock, and who has it", "[doctor]")
{
    Stuck stuck("lock");
    const json finding = finding_by("crowd");
    check(finding, "likely", "stuck_lock", func("lock_holder"), "");
    CHECK_THAT(finding.dump(), Catch::Contains("stuck_lock_waiter_func"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a crowd on a system workqueue", "[doctor]")
{
    const NoneSetApart counted;
    Stuck stuck("crowd");
    check(finding_by("crowded"), "likely", "", func("slow"), "stuck_victim_func");
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a workqueue for reclaim that waits for one that is not", "[doctor][doctor-warns]")
{
    Stuck stuck("reclaim");
    const json finding = finding_by("flush-dependency");
    check(finding, "likely", "stuck_reclaim_2", func("sleeper"), "stuck_flushes_second_func");
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a pool that nobody has told", "[doctor]")
{
    Stuck stuck("untold");
    const json finding = finding_by("not-told");
    CHECK(finding["certainty"] == "certain");
    CHECK_THAT(finding.dump(), Catch::Contains("stuck_flusher"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a timer on a CPU that is away", "[doctor]")
{
    const wqctl::KeptValue offline("/sys/devices/system/cpu/cpu3/online", "0");
    Stuck stuck("late", 3);
    const json finding = finding_by("timer");
    check(finding, "certain", "stuck_late", func("victim"), "");
    CHECK_THAT(finding["sentence"].get<std::string>(), Catch::Contains("CPU 3"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a freeze, and who keeps the machine from it", "[doctor]")
{
    Stuck stuck("frozen");
    if (left_out(stuck))
        return;
    check(finding_by("freeze"), "certain", "stuck_frozen", func("sleeper"), "");
    const json found = finding_by("frozen");
    CHECK(found["certainty"] == "certain");
    CHECK_THAT(found["victims"].dump(), Catch::Contains("3 items"));
    CHECK_THAT(found["victims"].dump(), Catch::Contains("stuck_victim_func"));
    stuck.undo();
    nothing_is_left();
}

TEST_CASE("doctor: a pool that gets no worker, with a rescuer and without", "[doctor]")
{
    for (const char* state : {"no_worker", "rescued"}) {
        Stuck stuck(state);
        if (left_out(stuck))
            return;
        // No process can be made.
        const json finding = finding_by("no-worker", outcome_here);
        INFO(finding.dump(2));
        CHECK(finding["certainty"] == "certain");
        CHECK_THAT(finding["suspects"].dump(), Catch::Contains("kthreadd"));
        CHECK_THAT(finding["victims"].dump(), Catch::Contains("stuck_sleeper_func"));
        CHECK((finding.dump().find("stuck_rescued") != std::string::npos) == (state == std::string("rescued")));
        stuck.undo();
        nothing_is_left();
    }
}
