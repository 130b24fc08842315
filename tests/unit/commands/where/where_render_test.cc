// SPDX-License-Identifier: GPL-2.0
// How workqueues are named, and what wqctl where shows.
#include <catch2/catch.hpp>

#include "commands/where/flags.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "text/error.hh"
#include "commands/where/render.hh"
#include "snapshot/workqueue_labels.hh"
#include "unit/schema.hh"
#include "unit/commands/where/where_machine.hh"

using namespace wqctl;

namespace {

std::string text_of(const WhereMachine& machine, const WhereQuestion& question)
{
    Style style;
    style.charset = Charset::kUtf8;
    return render_where(machine.snapshot, question, where(machine.snapshot, question), style);
}

size_t lines_with(const std::string& text, const std::string& part)
{
    size_t lines = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at++)
        lines++;
    return lines;
}

}  // namespace

TEST_CASE("a workqueue is found by its name, its variable, or its name and identity")
{
    WhereMachine machine;
    const uint32_t old = machine.add_bound("events"), fresh = machine.add_bound("events"),
                   single = machine.add_bound("single");
    machine.add_bound("twin"), machine.add_bound("twin");
    const Snapshot& snapshot = machine.snapshot;
    machine.snapshot.workqueues[old].symbol = machine.string("system_wq");
    machine.snapshot.workqueues[fresh].symbol = machine.string("system_percpu_wq");
    CHECK(find_workqueue(snapshot, "single") == single);
    CHECK(find_workqueue(snapshot, "system_wq") == old);
    CHECK(find_workqueue(snapshot, "system_percpu_wq") == fresh);
    CHECK(find_workqueue(snapshot, "events@1001") == fresh);
    CHECK(find_workqueue(snapshot, "twin@00001004") == 4);
    CHECK(unique_name(snapshot, snapshot.workqueues[single]) == "single");
    for (uint32_t i = 0; i < snapshot.workqueues.size(); i++)
        CHECK(find_workqueue(snapshot, unique_name(snapshot, snapshot.workqueues[i])) == i);

    const auto hint = [&](const std::string& name) -> std::string {
        try {
            find_workqueue(snapshot, name);
        } catch (const Error& error) {
            CHECK(error.exit_code == kUsage);
            return error.message + "; " + error.hint;
        }
        return "";
    };
    // What is shown is accepted, too, also when nobody shares the name any more.
    const WorkqueueLabels labels(snapshot);
    CHECK(labels[old] == "events (system_wq)");
    CHECK(labels[4] == "twin #00001004");
    for (uint32_t i = 0; i < snapshot.workqueues.size(); i++)
        CHECK(find_workqueue(snapshot, labels[i]) == i);
    CHECK(find_workqueue(snapshot, "single #00001002") == single);
    CHECK(find_workqueue(snapshot, "single@1002") == single);

    CHECK(hint("events") == "2 workqueues are called \"events\"; say which: system_wq or system_percpu_wq");
    CHECK(hint("twin") == "2 workqueues are called \"twin\"; say which: twin@00001003 or twin@00001004");
    CHECK_THAT(hint("singel"), Catch::StartsWith("there is no workqueue \"singel\"; did you mean \"single\"?"));
    CHECK_THAT(hint("events@1004"), Catch::StartsWith("there is no workqueue"));
    CHECK_THAT(hint("events@zz"), Catch::StartsWith("there is no workqueue"));
    CHECK_THAT(hint("twin (system_wq)"), Catch::StartsWith("there is no workqueue"));
    CHECK_THAT(hint("twin #1001"), Catch::StartsWith("there is no workqueue"));
    CHECK_THAT(hint("events ()"), Catch::StartsWith("there is no workqueue"));
}

TEST_CASE("a workqueue whose name is a mess is found as it is shown, and a name goes before a label")
{
    WhereMachine machine;
    const uint32_t mess = machine.add_bound("m\x1bss"), odd = machine.add_bound("events (system_wq)"),
                   events = machine.add_bound("events"), other = machine.add_bound("events");
    machine.snapshot.workqueues[events].symbol = machine.string("system_wq");
    const Snapshot& snapshot = machine.snapshot;
    CHECK(find_workqueue(snapshot, WorkqueueLabels(snapshot)[mess]) == mess);
    CHECK(find_workqueue(snapshot, "events (system_wq)") == odd);
    CHECK(find_workqueue(snapshot, "system_wq") == events);
    CHECK(find_workqueue(snapshot, WorkqueueLabels(snapshot)[other]) == other);
}

TEST_CASE("a workqueue is shown by the name that dump shows, and a command to type has one that a shell leaves alone")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("events_unbound", {.scope = WhereMachine::kCache});
    machine.add_bound("events_unbound");
    machine.snapshot.workqueues[wq].symbol = machine.string("system_unbound_wq");
    machine.add_idle(machine.pool_of(wq, 0).id, 5);
    const std::string text = text_of(machine, {.workqueue = wq});
    INFO(text);
    CHECK(text.starts_with("events_unbound (system_unbound_wq) unbound"));
    CHECK(lines_with(text, "wqctl where system_unbound_wq --cpu N") == 1);
}

TEST_CASE("CPUs with the same answer are one line of the table")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kCache});
    machine.add_idle(machine.pool_of(wq, 0).id, 5);
    const std::string text = text_of(machine, {.workqueue = wq});
    INFO(text);
    CHECK(lines_with(text, "0-3          its own  cache 0") == 1);
    CHECK(lines_with(text, "4-7          its own  cache 1") == 1);
    CHECK(lines_with(text, "kworker/5 (pid 5)") == 1);
    // Steps that are the same for all, and how to see the others.
    CHECK(lines_with(text, "not strict: kick_pool()") == 0);
    CHECK(lines_with(text, "wqctl where wq --cpu N") == 1);
    const std::string one = text_of(machine, {.workqueue = wq, .cpu = 2});
    INFO(one);
    CHECK(lines_with(one, "not strict: kick_pool()") == 1);
    CHECK(lines_with(one, "--cpu N") == 0);
}

TEST_CASE("places that are taken in turn are lines of their own")
{
    WhereMachine machine;
    machine.restrict_unbound({2, 3, 4});
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kSmt, .strict = true});
    const std::string text = text_of(machine, {.workqueue = wq});
    INFO(text);
    CHECK(lines_with(text, "0-1,5-7      2-3, in turn  smt 1") == 1);
    CHECK(lines_with(text, "0-1,5-7      4, in turn    smt 2") == 1);
    CHECK(lines_with(text, "2-3          its own       smt 1") == 1);
    CHECK(lines_with(text_of(machine, {.workqueue = wq, .cpu = 0}), "why for CPU") == 2);
}

TEST_CASE("what is not queued is said at once")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq", WQLAB_SNAP_WQ_DRAINING);
    machine.add_work(0, 7, WQLAB_WORK_PENDING);
    CHECK(lines_with(text_of(machine, {.workqueue = wq}), "Refused, unless an item of this workqueue queues it:") == 1);
    CHECK(lines_with(text_of(machine, {.workqueue = wq, .work = 7}), "it is pending already") == 1);
}

TEST_CASE("every answer is as the schema says")
{
    WhereMachine machine({0, 1, 2, 3, 4, 5, 6});
    machine.restrict_unbound({2, 3});
    machine.snapshot.troubles = {"something"};
    std::vector<uint32_t> workqueues = {
        machine.add_bound("bound"),
        machine.add_bound("bh", WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI),
        machine.add_unbound("unbound", {}),
        machine.add_ordered("ordered"),
        machine.add_bound("draining", WQLAB_SNAP_WQ_DRAINING),
        machine.add_bound("frozen", uint32_t{WQLAB_WQ_FREEZABLE} | WQLAB_SNAP_WQ_FROZEN)};
    machine.snapshot.workqueues[0].symbol = machine.string("system_wq");
    machine.add_busy(0, 3, 33, 1, "fn");
    machine.add_work(0, 2, WQLAB_WORK_PENDING);
    machine.pwq_of(workqueues[3], 0).flags = WQLAB_PWQ_PLUGGED;
    for (const uint32_t wq : workqueues)
        for (const WhereQuestion& question :
             {WhereQuestion{.workqueue = wq}, WhereQuestion{.workqueue = wq, .cpu = 1, .work = 1},
              WhereQuestion{.workqueue = wq, .work = 2}, WhereQuestion{.workqueue = wq, .work_on = 7},
              WhereQuestion{.workqueue = wq, .node = 1, .function = "fn"}}) {
            const std::string json = where_to_json(machine.snapshot, question, where(machine.snapshot, question));
            CHECK(violations(load_schema("where"), json) == std::vector<std::string>{});
            CHECK(!text_of(machine, question).empty());
        }
}

TEST_CASE("the command line of where")
{
    const auto where = [](const std::vector<std::string>& words) { return parsed<WhereFlags>(words); };
    const WhereFlags flags = where({"events@12", "--work-on", "3", "--work", "0xab", "--json"});
    CHECK(flags.workqueue == "events@12");
    CHECK(flags.work_on == "3");
    CHECK(flags.work == "0xab");
    CHECK(flags.json);
    CHECK_THROWS(where({}));
    CHECK_THROWS(where({"a", "--work-on", "1", "--node", "0"}));
    CHECK_THROWS(where({"a", "--work", "1", "--function", "f"}));
    CHECK_THROWS(where({"a", "b"}));
}
