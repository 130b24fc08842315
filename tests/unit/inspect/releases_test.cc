// SPDX-License-Identifier: GPL-2.0
// Kernels differ: an older one loses columns, not the view.
#include <algorithm>

#include "unit/inspect/look.hh"

namespace {

bool has(const std::vector<std::string>& texts, const std::string& text)
{
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

constexpr uint32_t kAllOf61 = WQLAB_SECTIONS_ALL & ~(WQLAB_SECTION_NODES | WQLAB_SECTION_HOGS);

}  // namespace

TEST_CASE("6.1 shows all but what it has not", "[inspect]")
{
    SmallMachine machine(601, 4, 2);
    const Look look(machine);
    REQUIRE(look.taken());
    CHECK(look.troubles() == std::vector<std::string>{});
    CHECK(look->sections == kAllOf61);
    CHECK(has(look.lacks(WQLAB_SECTION_NODES), "workqueue_struct.node_nr_active (no such member)"));
    CHECK(has(look.missing_columns(WQLAB_SECTION_WORKQUEUES), "pool_workqueue.stats (no such member)"));
    CHECK(has(look.missing_columns(WQLAB_SECTION_POOLS), "workqueue_attrs.affn_scope (no such member)"));
    CHECK(has(look.missing_columns(WQLAB_SECTION_SCOPES), "wq_pod_types"));

    // max_active is the pwqs'.
    const wqlab_snap_workqueue& driver = look.workqueue("driver");
    CHECK(driver.max_active == 2);
    CHECK(driver.min_active == -1);
    CHECK(driver.scope == WQLAB_NONE);
    CHECK(look.mask(driver.cpus) == 0xf);
    CHECK(look.mask(driver.effective_cpus) == 0xf);
    for (const wqlab_snap_pool& pool : look->pools) {
        CHECK(pool.scope == WQLAB_NONE);
        CHECK(pool.pod_cpus == WQLAB_NONE);
    }
    for (const wqlab_snap_pwq& pwq : look->pwqs)
        CHECK(pwq.stats[WQLAB_PWQ_STAT_STARTED] == WQLAB_NEVER);
    CHECK(look->scopes.empty());
    CHECK(look->nodes.size() == 2);

    // Flags and colour take eight bits of data, and so the pwq is found.
    REQUIRE(look->works.size() == 4);
    CHECK(look->works[0].pwq == look.workqueue("events").first_pwq);
}

TEST_CASE("6.1 finds the pwq of each CPU in per-CPU memory, or by its node", "[inspect]")
{
    SmallMachine machine(601, 4, 2);
    const uint64_t other = machine.add_pwq(machine.driver, machine.pools[3]);
    machine.poke(machine.at(machine.driver, "workqueue_struct", "numa_pwq_tbl") + 8, other);
    const Look look(machine);
    REQUIRE(look->cpu_pwqs.size() == 8);
    for (const wqlab_snap_cpu_pwq& row : look->cpu_pwqs) {
        const bool unbound = row.workqueue == 1;
        CHECK(row.pool == (!unbound ? static_cast<int>(row.cpu) : row.cpu < 2 ? 4 : 3));
    }

    // A node without one uses the default.
    machine.poke(machine.at(machine.driver, "workqueue_struct", "numa_pwq_tbl"), uint64_t{0});
    const Look again(machine);
    REQUIRE(again->cpu_pwqs.size() == 8);
    CHECK(again->cpu_pwqs[4].pool == 4);
}

TEST_CASE("7.3 knows when an item began, and calls things by other names", "[inspect]")
{
    SmallMachine machine(703);
    machine.set(machine.busy, "worker", "current_start", Machine::kJiffies - 100);
    machine.set(machine.busy_task, "task_struct", "on_cpu", 1);
    const Look look(machine);
    CHECK(look.troubles() == std::vector<std::string>{});
    CHECK(look->sections == WQLAB_SECTIONS_ALL);
    CHECK(look.missing_columns(WQLAB_SECTION_WORK) == std::vector<std::string>{});
    CHECK(look.worker(42).busy_ns == 100 * Machine::kTick);
    CHECK(look.worker(42).flags == (WQLAB_WORKER_ON_CPU | WQLAB_WORKER_COUNTED));
    CHECK(look.mask(look.workqueue("driver").cpus) == 0xf);
    CHECK(look->pools[0].since_progress_ns == 10 * Machine::kTick);
}

TEST_CASE("each field that a view needs is needed, and no other view goes with it", "[inspect]")
{
    for (unsigned release : {601u, 612u, 703u}) {
        const SmallMachine whole(release);
        for (uint32_t i = 0; i < static_cast<uint32_t>(wqlab::Field::kCount); i++) {
            const wqlab::FieldSpec& spec = wqlab::kFields[static_cast<wqlab::Field>(i)];
            if (spec.kind != wqlab::FieldSpec::Kind::kMember || !spec.name[0] ||
                std::string(spec.name).find_first_of("|.") != std::string::npos)
                continue;
            INFO(release << ": " << spec.in << "." << spec.name);
            SmallMachine machine(release);
            if (!machine.types().has(spec.in, spec.name))
                continue;
            const uint32_t before = Look(machine)->sections;
            machine.types().drop(spec.in, spec.name);
            const Look look(machine);
            REQUIRE(look.taken());
            const uint32_t gone = spec.need == wqlab::Need::kColumn ? 0 : spec.views;
            CHECK(look->sections == (before & ~gone));
            CHECK(look.troubles() == std::vector<std::string>{});
        }
    }
}

TEST_CASE("without BTF there is nothing to show, and the reason is said", "[inspect]")
{
    SmallMachine machine;
    wqlab::Image image = machine.image();
    image.btf = {};
    wqlab::Kernel kernel(image);
    kernel.learn();
    CHECK(kernel.nr_cpus() == 4);
    CHECK(kernel.available(WQLAB_SECTIONS_ALL) == 0);
    std::vector<std::string> lacks;
    kernel.for_each_lack(WQLAB_SECTION_POOLS, [&](const char* text) { lacks.push_back(text); });
    CHECK(lacks == std::vector<std::string>{"BTF (CONFIG_DEBUG_INFO_BTF)"});
}

TEST_CASE("a kernel for one CPU has neither offsets nor a count of CPUs", "[inspect]")
{
    SmallMachine machine(612, 1);
    const uint64_t area = machine.load(machine.symbols().at("__per_cpu_offset"));
    // There, a per-CPU variable is a variable.
    for (const char* variable : {"timer_bases", "runqueues", "kernel_cpustat", "ksoftirqd"})
        machine.define(variable, machine.symbols().at(variable) + area);
    for (const uint64_t wq : {machine.events, machine.driver})
        machine.set(wq, "workqueue_struct", "cpu_pwq", machine.get(wq, "workqueue_struct", "cpu_pwq") + area);
    for (const char* symbol : {"__per_cpu_offset", "nr_cpu_ids", "nr_node_ids", "node_to_cpumask_map"})
        machine.undefine(symbol);
    machine.types().set_constant("WORK_CPU_UNBOUND", 1);  // NR_CPUS
    const Look look(machine);
    CHECK(look.troubles() == std::vector<std::string>{});
    CHECK(look->head.nr_cpu_ids == 1);
    CHECK(look->cpu_pwqs.size() == 2);
    CHECK(look->nodes.size() == 1);
    CHECK(look.mask(look->nodes[0].cpus) == 1);
    REQUIRE(look->runqueues.size() == 1);
    CHECK(look->runqueues[0].ksoftirqd == 10);
}
