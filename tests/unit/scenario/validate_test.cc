// SPDX-License-Identifier: GPL-2.0
// Every rule, with its whole sentence.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "scenario/file.hh"
#include "scenario/flags.hh"
#include "scenario/validate.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

namespace {

// "--depth 3 --ordered" as the flags that they are.
RunFlags flags_of(const std::string& line)
{
    RunFlags flags;
    std::istringstream words(line);
    for (std::string flag, value; words >> flag;) {
        const auto& all = shaping_flags();
        const auto known = std::find_if(all.begin(), all.end(),
                                        [&](const ShapingFlag& one) { return one.flag == flag; });
        REQUIRE(known != all.end());
        if (known->type.empty())
            flags[flag] = true;
        else if (words >> value)
            flags[flag] = value;
    }
    return flags;
}

std::string refusal(const std::string& flags, const Info& info = info_612(), bool last_is_offline = true)
{
    const Topology topology = two_sockets(last_is_offline);
    return error_of([&] {
        const Scenario scenario = resolve(scenario_from(flags_of(flags)));
        validate(scenario, topology, nullptr);
        validate(scenario, topology, &info);
    });
}

std::string refusal_of_file(const std::string& text)
{
    const Info info = info_612();
    return error_of([&] { validate(resolve(parse_scenario(text, "f.json")), two_sockets(), &info); });
}

}  // namespace

TEST_CASE("wrong flags get one line that says what is wrong and what is right")
{
    const std::pair<const char*, const char*> cases[] = {
        // workqueues
        {"--flags bh --max-active 3",
         "workqueue \"bh\": --max-active does not go with bh: a CPU runs its BH items one after the other; leave "
         "--max-active out"},
        {"--flags bh,unbound",
         "workqueue \"unbound-bh\": --flags unbound does not go with bh; only highpri and, "
         "where the kernel has it, percpu do"},
        {"--flags bh,percpu",
         "workqueue \"percpu-bh\": --flags percpu does not go with bh; on this kernel only "
         "highpri does"},
        {"--flags bh --scope cpu",
         "workqueue \"bh\": --scope has no meaning for a BH workqueue; make it unbound, or leave it "
         "out"},
        {"--scope cpu",
         "workqueue \"percpu\": --scope has no meaning for a per-CPU workqueue; make it unbound, or leave it "
         "out"},
        {"--strict",
         "workqueue \"percpu\": --strict has no meaning for a per-CPU workqueue; make it unbound, or leave it out"},
        {"--nice -5",
         "workqueue \"percpu\": --nice has no meaning for a per-CPU workqueue; make it unbound, or leave it out"},
        {"--cpumask 0",
         "workqueue \"percpu\": --cpumask has no meaning for a per-CPU workqueue; make it unbound, or leave it "
         "out"},
        {"--flags unbound,percpu",
         "workqueue \"percpu-unbound\": --flags have both unbound and percpu; leave one of them out"},
        {"--flags percpu",
         "workqueue \"percpu\": --flags have percpu, which this kernel does not have; it has unbound, bh, "
         "ordered, highpri, mem_reclaim, freezable, cpu_intensive, power_efficient and sysfs"},
        {"--ordered --max-active 2",
         "workqueue \"ordered\": --max-active is 2, but an ordered workqueue runs one item at a "
         "time; leave --max-active out"},
        {"--ordered --flags percpu",
         "workqueue \"percpu-ordered\": --flags make the workqueue both ordered and percpu, but an "
         "ordered one is unbound; leave one of them out"},
        {"--ordered --scope smt",
         "workqueue \"ordered\": --scope needs WQ_SYSFS, which this kernel does not give to ordered "
         "workqueues; leave it out, or use an unbound workqueue with max_active 1"},
        {"--ordered --nice 3",
         "workqueue \"ordered\": --nice needs WQ_SYSFS, which this kernel does not give to ordered "
         "workqueues; leave it out, or use an unbound workqueue with max_active 1"},
        {"--flags unbound --nice 20", "workqueue \"unbound\": --nice is 20; use -20 (first) to 19 (last)"},
        {"--flags unbound --cpumask 9",
         "workqueue \"unbound\": --cpumask has CPU 9, which does not exist; the CPUs online are "
         "0-6"},
        {"--flags unbound --scope cache_shard",
         "workqueue \"unbound\": --scope is cache_shard, which this kernel does not "
         "have; use default, cpu, smt, cache, numa or system"},
        {"--max-active 4000",
         "workqueue \"percpu\": --max-active is 4000, beyond the limit max_active of 2048; use 2048 or "
         "less"},
        {"--system highpri --flags unbound",
         "workqueue \"highpri\": --flags does not go with the system workqueue "
         "system_highpri_wq, which is shared as it is; leave --flags out, or make an own "
         "workqueue"},
        {"--system highpri --nice 1",
         "workqueue \"highpri\": --nice does not go with the system workqueue system_highpri_wq, "
         "which is shared as it is; leave --nice out, or make an own workqueue"},
        {"--system events",
         "workqueue \"events\": --system names system_events_wq, which this kernel does not have; it has "
         "system, highpri, unbound and bh"},
        {"--name a/b",
         "workqueue \"a/b\": --name has a character that a name cannot have; use letters, digits and _ - . : + ="},
        {"--name %s",
         "workqueue \"%s\": --name has a character that a name cannot have; use letters, digits and _ - . : + ="},
        {"--name abcdefghijklmnopqrstuv",
         "workqueue \"abcdefghijklmnopqrstuv\": --name has 22 characters; use 21 at most"},
        // BH items
        {"--flags bh --sleep 1ms",
         "--sleep does not go with the BH workqueue \"bh\": softirq context cannot sleep; use spin, "
         "touch or alloc, or a workqueue that is not BH"},
        {"--system bh --mutex 1us",
         "--mutex does not go with the BH workqueue \"bh\": softirq context cannot sleep; use spin, "
         "touch or alloc, or a workqueue that is not BH"},
        {"--flags bh --spin 20ms", "--spin is 20ms, beyond the limit bh_spin_ns of 10ms; use 10ms or less"},
        // modes
        {"--every 1ms", "--every has no effect on an issuer in closed mode; it goes with --burst"},
        {"--burst 5",
         "--every is missing from an issuer in burst mode; say how long from burst to burst, such as 10ms"},
        {"--poisson", "--poisson has no effect on an issuer in closed mode; it goes with --rate"},
        {"--poisson --burst 5 --every 1ms", "--poisson has no effect on an issuer in burst mode; it goes with --rate"},
        {"--mod 5", "--mod has no effect on an issuer in closed mode; it goes with --delay"},
        {"--coalesce",
         "--coalesce has no effect on an issuer in closed mode, which waits for its items; it goes with --rate or "
         "--burst"},
        {"--rcu --cancel 5",
         "--cancel does not go with rcu: the kernel cannot cancel an item that waits for RCU; leave it out, "
         "or use another mode"},
        {"--rcu --queue-on 1",
         "--queue-on has no effect on an issuer in rcu mode; it goes with items that are queued at once"},
        {"--delay 1ms --queue-node 0 --flags unbound",
         "--queue-node has no effect on an issuer in delayed mode; it goes with items that are queued at once"},
        // places
        {"--cpus 0-7", "--cpus has CPU 7, which is offline; the CPUs online are 0-6"},
        {"--cpus 8", "--cpus has CPU 8, which does not exist; the CPUs online are 0-6"},
        {"--queue-on 7", "--queue-on has CPU 7, which is offline; the CPUs online are 0-6"},
        {"--queue-node 5 --flags unbound", "--queue-node is node 5, which does not exist; the nodes are 0-1"},
        {"--queue-node 0",
         "--queue-node needs an unbound workqueue, and \"percpu\" is a per-CPU one; leave it out, or make the "
         "workqueue unbound"},
        {"--queue-node 0 --flags bh",
         "--queue-node needs an unbound workqueue, and \"bh\" is a BH one; leave it out, or make "
         "the workqueue unbound"},
        {"--queue-node 0 --queue-on 1 --flags unbound",
         "--queue-on and --queue-node exclude each other; give one of them"},
        // numbers
        {"--issuers 0", "--issuers is 0; use 1 or more"},
        {"--depth 0", "--depth is 0; use 1 or more"},
        {"--chain 0", "--chain is 0, which is no chain; use 1 or more"},
        {"--rate 0", "--rate is not more than 0; use items a second such as 50000"},
        {"--spin 0", "--spin is 0, which does nothing; say how much, or leave it out"},
        {"--touch 0", "--touch is 0, which does nothing; say how much, or leave it out"},
        {"--items 0", "--items is 0; use 1 or more"},
        {"--duration 0", "--duration is 0; use a time such as 2s"},
        {"--sample 0", "--sample is 0; use 1 to time every item, or N to time one in N"},
        {"--burst 8 --every 1ms --depth 4", "--depth of 4 cannot hold a burst of 8; use 8 or more"},
        // limits
        {"--depth 5000", "--depth is 5000, beyond the limit depth of 4096; use 4096 or less"},
        {"--burst 5000 --every 1ms", "--burst is 5000, beyond the limit burst of 4096; use 4096 or less"},
        {"--every 11s --burst 1", "--every is 11s, beyond the limit interval_ns of 10s; use 10s or less"},
        {"--chain 2M", "--chain is 2000000, beyond the limit links of 1000000; use 1000000 or less"},
        {"--delay 20s", "--delay is 20s, beyond the limit delay_ns of 10s; use 10s or less"},
        {"--spin 2s", "--spin is 2s, beyond the limit spin_ns of 1s; use 1s or less"},
        {"--spin 1us..2s", "--spin is 2s, beyond the limit spin_ns of 1s; use 1s or less"},
        {"--mutex 2s", "--mutex is 2s, beyond the limit spin_ns of 1s; use 1s or less"},
        {"--sleep 11s", "--sleep is 11s, beyond the limit sleep_ns of 10s; use 10s or less"},
        {"--touch 2M", "--touch is 2M, beyond the limit touch_bytes of 1M; use 1M or less"},
        {"--alloc 2M", "--alloc is 2M, beyond the limit alloc_bytes of 1M; use 1M or less"},
        {"--duration 100000s", "--duration is 100000s, beyond the limit duration_ns of 86400s; use 86400s or less"},
        {"--sample 2M", "--sample is 2000000, beyond the limit sample of 1000000; use 1000000 or less"},
        {"--rate 2M",
         "--rate leaves each of 1 threads 500ns from item to item, less than the limit interval_min_ns of 1us; "
         "lower it, or use more threads"},
        {"--rate 0.01",
         "--rate leaves each of 1 threads 100s from item to item, beyond the limit interval_ns of 10s; raise it, "
         "or use fewer threads"},
        // who runs one at a time keeps all threads' items waiting
        {"--ordered --issuers 64 --flush 100 --sleep 3s",
         "--depth lets a flush wait for 192s on workqueue \"ordered\", beyond the limit flush_wait_ns of 60s; lower "
         "it, the "
         "number of threads, or what an item takes"},
        {"--flags unbound --max-active 1 --issuers 64 --flush 100 --sleep 3s",
         "--depth lets a flush wait for 192s on workqueue \"unbound\", beyond the limit flush_wait_ns of 60s; lower "
         "it, the "
         "number of threads, or what an item takes"},
        {"--flags unbound --max-active 2 --issuers 64 --flush 100 --sleep 3s",
         "--depth lets a flush wait for 96s on workqueue \"unbound\", beyond the limit flush_wait_ns of 60s; lower it, "
         "the "
         "number of threads, or what an item takes"},
        {"--max-active 1 --cpus 0 --issuers 64 --flush 100 --sleep 3s",
         "--depth lets a flush wait for 192s on workqueue \"percpu\", beyond the limit flush_wait_ns of 60s; lower it, "
         "the "
         "number of threads, or what an item takes"},
        {"--issuers 64 --flush 100 --mutex 1s",
         "--depth lets a flush wait for 64s on workqueue \"percpu\", beyond the limit flush_wait_ns of 60s; lower it, "
         "the "
         "number of threads, or what an item takes"},
        {"--depth 64 --flush 100 --sleep 1s",
         "--depth lets a flush wait for 64s on workqueue \"percpu\", beyond the limit flush_wait_ns of 60s; lower it, "
         "the "
         "number of threads, or what an item takes"},
        {"--issuers 300",
         "the scenario has 300 issuer threads in all, beyond the limit threads of 256; use 256 or fewer"},
        {"--issuers 32 --depth 4096",
         "the scenario has 131072 items in flight (threads times depth) in all, beyond the limit "
         "items_in_flight of 65536; use 65536 or fewer"},
    };
    for (const auto& [flags, message] : cases) {
        INFO(flags);
        CHECK(refusal(flags) == message);
    }
}

TEST_CASE("what is right is not refused")
{
    for (const char* flags : {"",
                              "--flags bh,highpri --spin 10us",
                              "--flags unbound --scope smt --strict --nice -20 --cpumask 0-3",
                              "--flags unbound --max-active 1",
                              "--ordered",
                              "--ordered --max-active 1",
                              "--system bh --touch 4K",
                              "--rate 100k --poisson --coalesce",
                              "--burst 8 --every 1ms --coalesce --cancel 5",
                              "--chain 10 --depth 4",
                              "--delay 1ms --mod 50 --cancel 10 --flush 10",
                              "--delay 0",
                              "--rcu --flush 5",
                              "--queue-on 6",
                              "--flags unbound --queue-node 1",
                              "--ordered --queue-node 1",
                              "--system unbound --queue-node 0",
                              "--issuers 64 --depth 1024",
                              "--flags unbound --issuers 64 --flush 100 --sleep 3s",
                              "--max-active 1 --cpus 0-5 --issuers 6 --flush 100 --sleep 10s",
                              "--rate 1M",
                              "--sleep 10s",
                              "--alloc 1M",
                              "--items 5 --duration 1s"}) {
        INFO(flags);
        CHECK(refusal(flags) == "");
    }
}

TEST_CASE("what a kernel can do decides")
{
    Info newer = info_612();
    newer.features = WQLAB_FEATURE_ORDERED_SYSFS | WQLAB_FEATURE_BH_PERCPU;
    newer.wq_flags |= WQLAB_WQ_PERCPU;
    CHECK(refusal("--flags bh,percpu", newer) == "");
    CHECK(refusal("--flags bh,unbound", newer) ==
          "workqueue \"unbound-bh\": --flags unbound does not go with bh; only highpri and, where the kernel has it, "
          "percpu do");
    CHECK(refusal("--ordered --nice 3", newer) == "");
    CHECK(refusal("--flags percpu", newer) == "");
    Info older = info_612();
    older.wq_flags &= ~uint32_t{WQLAB_WQ_BH};
    CHECK_THAT(refusal("--flags bh", older),
               Catch::Contains("have bh, which this kernel does not have: BH workqueues came with Linux 6.9"));
    older.lacks = WQLAB_LACK_SCOPES;
    CHECK_THAT(refusal("--flags unbound --scope cpu", older),
               Catch::Contains("--scope needs affinity scopes, which this kernel does not have: they came with Linux "
                               "6.6; leave it out"));
    CHECK(refusal("--flags unbound --nice 3", older) == "");
}

TEST_CASE("who takes the run's mutex waits for all who do, and for nobody else")
{
    const auto run = [](const char* first, const char* second) {
        return refusal_of_file(std::string(R"({"workqueues": [{"name": "a"}, {"name": "b"}], "issuers": [)") + first +
                               ", " + second + "]}");
    };
    const char* mutex_on_a = R"({"workqueue": "a", "threads": 40, "flush_percent": 100, "item": {"mutex": "1s"}})";
    CHECK_THAT(run(mutex_on_a, R"({"workqueue": "b", "threads": 40, "item": {"mutex": "1s"}})"),
               Catch::Contains("wait for 80s"));
    CHECK(run(mutex_on_a, R"({"workqueue": ["a", "b"], "threads": 40, "item": {"sleep": "10s"}})") == "");
}

TEST_CASE("scenario files are refused with their line")
{
    const std::pair<const char*, const char*> cases[] = {
        {"{\"issuers\": [{}]}", "f.json:1: the scenario has no workqueue; list one or more in \"workqueues\""},
        {"{\"workqueues\": [{}]}", "f.json:1: the scenario has no issuer; list one or more in \"issuers\""},
        {"{\"workqueues\": [\n{\"name\": \"a\"},\n{\"name\": \"a\"}],\n\"issuers\": [{}]}",
         "f.json:3: workqueue \"a\": \"name\" is taken by another workqueue of the scenario; give each its own name"},
        {"{\"workqueues\": [\n{\"name\": \"a\",\n\"flags\": [\"bh\"],\n\"max_active\": 2}],\n\"issuers\": [{}]}",
         "f.json:4: workqueue \"a\": \"max_active\" does not go with bh: a CPU runs its BH items one after the other; "
         "leave "
         "\"max_active\" out"},
        {"{\"workqueues\": [{\"name\": \"fast\"}],\n\"issuers\": [\n{\"workqueue\": \"fsat\"}]}",
         "f.json:3: \"workqueue\" names \"fsat\", which the scenario does not have; did you mean \"fast\"?"},
        {"{\"workqueues\": [{\"name\": \"a\"},\n{\"name\": \"b\"}],\n\"issuers\": [{\"workqueue\": \"a\"}]}",
         "f.json:2: workqueue \"b\": \"name\" is fed by no issuer; name it in an issuer, or leave it out"},
        {"{\"workqueues\": [{}],\n\"issuers\": [{\n\"mode\": \"closed\",\n\"rate\": 5}]}",
         "f.json:4: \"rate\" has no effect on an issuer in closed mode; it goes with \"mode\": \"open\""},
        {"{\"workqueues\": [{}],\n\"issuers\": [\n{\"mode\": \"delayed\"}]}",
         "f.json:3: \"delay\" is missing from an issuer in delayed mode; say how long, such as 1ms"},
        {"{\"workqueues\": [{}], \"issuers\": [{\"arrival\": \"poisson\"}]}",
         "f.json:1: \"arrival\" has no effect on an issuer in closed mode; it goes with \"mode\": \"open\""},
        {"{\"workqueues\": [{}], \"issuers\": [{\"cancel_percent\": 101}]}",
         "f.json:1: \"cancel_percent\" is 101 percent; use 100 at most"},
    };
    for (const auto& [text, message] : cases)
        CHECK(refusal_of_file(text) == message);
}
