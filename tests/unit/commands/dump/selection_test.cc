// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/dump/request.hh"
#include "unit/args/parsed.hh"
#include "unit/commands/dump/dump_fixture.hh"
#include "unit/report/fixtures.hh"
#include "text/error.hh"
#include "snapshot/names.hh"

using namespace wqctl;

namespace {

std::vector<int32_t> pools(const Selection& selection)
{
    std::vector<int32_t> ids;
    for (const wqlab_snap_pool* pool : selection.pools)
        ids.push_back(pool->id);
    return ids;
}

// Index and name, because names are no keys.
std::vector<std::string> workqueues(const Snapshot& snapshot, const Selection& selection)
{
    std::vector<std::string> names;
    for (const wqlab_snap_workqueue* wq : selection.workqueues)
        names.push_back(std::to_string(snapshot.index_of(*wq)) + snapshot.string(wq->name));
    return names;
}

template <typename List>
std::vector<std::string> functions(const Snapshot& snapshot, const List& list)
{
    std::vector<std::string> names;
    for (const auto* row : list)
        names.push_back(snapshot.string(row->function));
    return names;
}

using Ids = std::vector<int32_t>;
using Names = std::vector<std::string>;

Filter by_workqueue(const char* regex)
{
    Filter filter;
    filter.workqueues = Patterns({regex});
    return filter;
}

Filter by_pool(int32_t id)
{
    Filter filter;
    filter.pool = id;
    return filter;
}

Filter by_cpu(uint32_t cpu)
{
    Filter filter;
    filter.cpu = cpu;
    return filter;
}

Filter busy()
{
    Filter filter;
    filter.busy = true;
    return filter;
}

}  // namespace

TEST_CASE("without a filter everything is selected")
{
    const Snapshot s = busy_machine();
    const Selection all = select(s, {});
    CHECK(all.pools.size() == s.pools.size());
    CHECK(all.workqueues.size() == s.workqueues.size());
    CHECK(all.pwqs.size() == s.pwqs.size());
    CHECK(all.cpu_pwqs.size() == s.cpu_pwqs.size());
    CHECK(all.node_active.size() == s.node_active.size());
    CHECK(all.workers.size() == s.workers.size());
    CHECK(all.works.size() == s.works.size());
    CHECK(all.flushers.size() == s.flushers.size());
    CHECK_FALSE(all.filtered);
    // The next one due first, the worst hog first.
    CHECK(functions(s, all.timers) == Names{"my_fn [mine]", "soon_fn", "late_fn"});
    CHECK(functions(s, all.hogs) == Names{"other_fn", "slow_fn [driver]"});
}

TEST_CASE("the flag --wq selects workqueues, the pools they use and their items only")
{
    const Snapshot s = busy_machine();
    const Selection mine = select(s, by_workqueue("^mine$"));
    CHECK(workqueues(s, mine) == Names{"4mine"});
    CHECK(pools(mine) == Ids{24, 27});
    CHECK(mine.pwqs.size() == 2);
    CHECK(mine.cpu_pwqs.size() == 8);
    CHECK(mine.node_active.size() == 3);
    CHECK(functions(s, mine.workers) == Names{"my_fn [mine]"});
    CHECK(mine.works.size() == 2);
    CHECK(mine.flushers.size() == 2);
    CHECK(functions(s, mine.timers) == Names{"my_fn [mine]"});
    CHECK(mine.hogs.empty());
    CHECK(mine.filtered);

    // The symbol tells workqueues of one name apart.
    CHECK(workqueues(s, select(s, by_workqueue("^events$"))) == Names{"0events", "1events"});
    const Selection one = select(s, by_workqueue("percpu_wq"));
    CHECK(workqueues(s, one) == Names{"1events"});
    CHECK(pools(one) == Ids{0, 2, 4, 6, 8, 10, 12, 14});
    CHECK(functions(s, one.works) == Names{"vmstat_update"});
    CHECK(one.workers.empty());
    // A hog is known by its function only.
    CHECK(functions(s, select(s, by_workqueue("system_wq")).hogs) == Names{"slow_fn [driver]"});
    CHECK(select(s, by_workqueue("nosuch")).workqueues.empty());
    CHECK(select(s, by_workqueue("nosuch")).pools.empty());
}

TEST_CASE("the flag --pool selects a pool and who uses it")
{
    const Snapshot s = busy_machine();
    const Selection six = select(s, by_pool(6));
    CHECK(pools(six) == Ids{6});
    CHECK(workqueues(s, six) == Names{"0events", "1events"});
    CHECK(six.pwqs.size() == 2);
    CHECK(six.workers.size() == 2);
    CHECK(functions(s, six.works) == Names{"wq_barrier_func", "vmstat_update"});
    REQUIRE(six.cpu_pwqs.size() == 2);
    CHECK(six.cpu_pwqs[0]->cpu == 3);
    CHECK(six.timers.empty());
    // Where a delayed work will go.
    CHECK(functions(s, select(s, by_pool(14)).timers) == Names{"late_fn"});
    CHECK(functions(s, select(s, by_pool(25)).timers) == Names{"soon_fn"});
    CHECK(error_of([&] { select(s, by_pool(999)); }) == "there is no pool 999; the highest is 27");
    CHECK(error_of([&] { select(s, by_pool(-1)); }) == "there is no pool -1; the highest is 27");
    CHECK(error_of([&] { select(Snapshot(), by_pool(3)); }) == "there is no pool 3");
}

TEST_CASE("the flag --cpu selects the pools of a CPU and the unbound ones that may run there")
{
    const Snapshot s = busy_machine();
    CHECK(pools(select(s, by_cpu(3))) == Ids{6, 7, 19, 24, 25, 26, 27});
    CHECK(pools(select(s, by_cpu(5))) == Ids{10, 11, 21, 24, 25, 26});
    const Selection five = select(s, by_cpu(5));
    CHECK(workqueues(s, five).size() == 6);
    for (const wqlab_snap_cpu_pwq* entry : five.cpu_pwqs)
        CHECK(entry->cpu == 5);
    CHECK(five.workers.empty());
    CHECK(error_of([&] { select(s, by_cpu(8)); }) == "there is no CPU 8; the CPUs are 0-7");
    CHECK(error_of([&] { select(s, by_cpu(7)); }) == "CPU 7 is offline; online are 0-6");
    try {
        select(s, by_cpu(7));
    } catch (const Error& error) {
        CHECK(error.exit_code == kUsage);
        CHECK(error.hint == "its pools are still there: --pool with one of 14, 15, 23");
    }
}

TEST_CASE("the flag --busy selects what has something to do")
{
    const Snapshot s = busy_machine();
    const Selection now = select(s, busy());
    CHECK(pools(now) == Ids{6, 27});
    CHECK(workqueues(s, now) == Names{"0events", "1events", "4mine"});
    CHECK(functions(s, now.workers) == Names{"slow_fn [driver]", "my_fn [mine]"});
    CHECK(now.works.size() == s.works.size());
    CHECK(now.pwqs.size() == 3);
    Filter both = busy();
    both.pool = 27;
    CHECK(workqueues(s, select(s, both)) == Names{"4mine"});
    both.pool = 24;
    CHECK(pools(select(s, both)).empty());
    CHECK(workqueues(s, select(s, both)).empty());
}

TEST_CASE("what dump is asked for is checked before the kernel is asked")
{
    const auto request = [](auto set) {
        DumpFlags flags;
        set(flags);
        return DumpRequest(flags);
    };
    const auto error = [&](auto set) { return error_of([&] { request(set); }); };
    CHECK(request([](DumpFlags&) {}).sections == WQLAB_SECTIONS_ALL);
    CHECK_FALSE(request([](DumpFlags&) {}).is_explicit);
    const DumpRequest some = request([](DumpFlags& f) { f.sections = {"timers,pools", "work"}; });
    CHECK(some.sections == (WQLAB_SECTION_TIMERS | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORK));
    CHECK(some.is_explicit);
    CHECK(error([](DumpFlags& f) { f.sections = {"pool"}; }) ==
          "there is no section \"pool\"; did you mean \"pools\"?");
    CHECK_THAT(error([](DumpFlags& f) { f.sections = {"xyzzy"}; }), Catch::Contains("the sections are scopes, pools"));
    CHECK_THAT(error([](DumpFlags& f) { f.workqueues = {"("}; }),
               Catch::StartsWith("\"(\" is no regular expression: "));
    CHECK_THAT(error([](DumpFlags& f) { f.pool = "x"; }), Catch::StartsWith("--pool: \"x\" is not a number"));
    CHECK_THAT(error([](DumpFlags& f) { f.cpu = "-1"; }), Catch::StartsWith("--cpu: "));
    CHECK_THAT(error_of([] { parsed<DumpFlags>({"--format", "yaml"}); }), Catch::Contains("table, json and wq_dump"));
    CHECK(parsed<DumpFlags>({"--wq", "a|b", "pools", "--wq", "c", "work"}).sections == Names{"pools", "work"});
    CHECK_THAT(error([](DumpFlags& f) { f.format = DumpFormat::kWqDump, f.json = true; }), Catch::Contains("exclude"));
    CHECK(error([](DumpFlags& f) { f.format = DumpFormat::kWqDump, f.sections = {"timers,hogs,pools"}; }) ==
          "the format wq_dump has no section timers or hogs; it has scopes, pools, workqueues, rescuers and nodes");
    CHECK(request([](DumpFlags& f) { f.format = DumpFormat::kWqDump; }).sections ==
          (WQLAB_SECTION_HOGS - 1 - 0x20 - 0x40));
    // Names and numbers that are shown need more than the section.
    CHECK(request([](DumpFlags& f) { f.sections = {"hogs"}; }).needed() ==
          (WQLAB_SECTION_HOGS | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES));
    CHECK(request([](DumpFlags& f) { f.sections = {"timers"}, f.busy = true; }).needed() & WQLAB_SECTION_WORK);
    CHECK(request([](DumpFlags& f) { f.sections = {"pools"}; }).needed() & WQLAB_SECTION_WORK);
    CHECK_FALSE(request([](DumpFlags& f) { f.format = DumpFormat::kWqDump; }).needed() & WQLAB_SECTION_WORK);

    Info info = info_612();
    info.views = {{WQLAB_SECTION_POOLS, {}}, {WQLAB_SECTION_HOGS, {"wci_ents"}}, {0, {"tracepoints"}}};
    CHECK(lacking_of(info, WQLAB_SECTION_POOLS | WQLAB_SECTION_TIMERS).empty());
    REQUIRE(lacking_of(info, WQLAB_SECTIONS_ALL).size() == 1);
    CHECK(lacking_of(info, WQLAB_SECTIONS_ALL)[0].lacks == Names{"wci_ents"});
}

TEST_CASE("the pools of CPUs fold")
{
    const auto text = [](const std::vector<int32_t>& pools) {
        std::vector<wqlab_snap_cpu_pwq> rows;
        for (uint32_t cpu = 0; cpu < pools.size(); cpu++)
            rows.push_back({0, cpu, 0, pools[cpu]});
        std::vector<const wqlab_snap_cpu_pwq*> entries;
        for (const wqlab_snap_cpu_pwq& row : rows)
            entries.push_back(&row);
        return pool_runs_text(pool_runs(entries));
    };
    CHECK(text({}) == "");
    CHECK(text({5}) == "0: 5");
    CHECK(text({5, 5, 5}) == "0-2: 5");
    CHECK(text({5, 5, 6, 6}) == "0-1: 5, 2-3: 6");
    CHECK(text({2, 6, 10, 14, 18, 22, 26, 30}) == "0-7: 2,6..30");
    CHECK(text({2, 6, 10}) == "0-2: 2 6 10");
    CHECK(text({9, 2, 6, 10, 14, 3}) == "0-5: 9 2,6..14 3");
    CHECK(text({4, 4, 2, 6, 10, 14, 8, 8}) == "0-1: 4, 2-5: 2,6..14, 6-7: 8");
    CHECK(text({2147483647, -2147483647 - 1, 2147483647}) == "0-2: 2147483647 -2147483648 2147483647");
}

TEST_CASE("flags and types have words")
{
    CHECK(wq_type_name(WQLAB_WQ_BH) == "bh");
    CHECK(wq_type_name(0) == "percpu");
    CHECK(wq_type_name(WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED) == "ordered");
    CHECK(join(wq_further_words(WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED | WQLAB_WQ_HIGHPRI | WQLAB_SNAP_WQ_DRAINING)) ==
          "highpri draining");
    CHECK(join(wq_flag_words(uint32_t{WQLAB_WQ_PERCPU} | WQLAB_SNAP_WQ_DEPRECATED), ",") == "percpu,deprecated");
    CHECK(join(worker_flag_words(WQLAB_WORKER_CPU_INTENSIVE | WQLAB_WORKER_REBOUND)) == "cpu_intensive rebound");
    CHECK(join(pool_flag_words(WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED)) == "bh disassociated");
    CHECK(join(pwq_flag_words(0)).empty());
    for (uint32_t bit = 0; bit < 8; bit++)
        CHECK(parse_sections(section_name(1u << bit)) == 1u << bit);
}
