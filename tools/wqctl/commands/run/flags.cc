// SPDX-License-Identifier: GPL-2.0
#include "commands/run/flags.hh"

#include "scenario/presets/presets.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
T is a time: 10us, uniform 10us..50us, or exponential with a mean exp:10us.

Examples:
  wqctl run --preset tour
      four kinds of workqueue side by side
  wqctl run --flags unbound,highpri --depth 32 --spin 20us
      keep 32 items of 20 us in flight on an own workqueue
  wqctl run --flags bh --rate 50k --poisson --duration 5s
      50,000 items a second at random times, in softirq context
  wqctl run --flags unbound --scope cache --strict --issuers 4 --cpus 0-3
      four threads, each bound to a CPU; items stay with the last-level cache
  wqctl run --system highpri --burst 100 --every 10ms --json > report.json
      bursts on the kernel's own system_highpri_wq, as one JSON document
  wqctl run --flags ordered --items 100k --spin exp:5us --dry-run > mine.json
      what would be done, as a scenario file to edit; then: wqctl run mine.json
)";

std::vector<std::string> flag_words()
{
    std::vector<std::string> words;
    for (const FlagName& flag : flag_names())
        words.emplace_back(flag.name);
    return words;
}

}  // namespace

void declare(Args& args, RunFlags& flags)
{
    args.group("Scenario (instead of the flags below)");
    args.word("SCENARIO", flags.file, "A scenario file (JSON); - is standard input").file();
    args.option("--preset", flags.preset, "NAME", "A scenario that ships with the tool; see wqctl presets")
        .values(preset_names());

    args.group("End");
    args.option("--duration", flags.duration, "TIME", "End after this time; default 2s unless --items is given");
    args.option("--items", flags.items, "N", "End after this many items, of all issuers together");
    args.option("--sample", flags.sample, "N", "Time one item in N; all are counted");
    args.option("--seed", flags.seed, "N", "Of every random choice; default 1");

    args.group("Workqueue");
    args.option("--name", flags.name, "NAME", "Its name; default made of its flags");
    args.option("--flags", flags.flags, "LIST", "Such as unbound,highpri; default per-CPU")
        .values(flag_words())
        .list();
    args.flag("--ordered", flags.ordered, "alloc_ordered_workqueue(): one item at a time, in order");
    args.option("--system", flags.system, "NAME", "A system workqueue instead, such as highpri");
    args.option("--max-active", flags.max_active, "N", "Items that may execute at once; default the kernel's");
    args.option("--scope", flags.scope, "SCOPE", "Affinity scope: default, cpu, smt, cache, cache_shard, numa, system")
        .values({scope_names().begin(), scope_names().end()});
    args.flag("--strict", flags.strict, "Workers may not leave their scope");
    args.option("--nice", flags.nice, "N", "Of its workers, -20 to 19");
    args.option("--cpumask", flags.cpumask, "CPUS", "Where its workers may run, such as 0-3,8");

    args.group("Issuers");
    args.option("--issuers", flags.issuers, "N", "Threads that queue items; default 1");
    args.option("--cpus", flags.cpus, "CPUS", "Where they are bound, in turn; default all online");
    args.option("--depth", flags.depth, "N", "Items in flight of each thread; default 1, for --rate and --burst 1024");
    args.option("--rate", flags.rate, "R", "Items a second of all threads together, whether or not earlier ones are done");
    args.option("--burst", flags.burst, "B", "B items at once, with --every");
    args.option("--every", flags.every, "TIME", "From burst to burst");
    args.flag("--poisson", flags.poisson, "Exponential times between arrivals or bursts");
    args.option("--chain", flags.chain, "N", "Each item requeues itself N times");
    args.option("--delay", flags.delay, "TIME", "queue_delayed_work() with this delay");
    args.option("--mod", flags.mod, "P", "Percent then moved by mod_delayed_work()");
    args.flag("--rcu", flags.rcu, "queue_rcu_work()");
    args.option("--cancel", flags.cancel, "P", "Percent cancelled right after they are queued");
    args.option("--flush", flags.flush, "P", "Percent flushed right after they are queued");
    args.flag("--coalesce", flags.coalesce, "Queue items that may be pending still, as interrupt handlers do");
    args.option("--queue-on", flags.queue_on, "CPU", "queue_work_on() this CPU");
    args.option("--queue-node", flags.queue_node, "NODE", "queue_work_node() this node");

    args.group("Item (one of these; default nothing)");
    args.option("--spin", flags.spin, "T", "Spin");
    args.option("--sleep", flags.sleep, "T", "Sleep");
    args.option("--touch", flags.touch, "SIZE", "Store to each cache line of so much memory");
    args.option("--alloc", flags.alloc, "SIZE", "Allocate and free so much memory");
    args.option("--mutex", flags.mutex, "T", "Spin under a mutex that all items share");

    args.group("Output");
    args.json(flags.json, {"wqlab/run/1", "wqlab/started/1"});
    args.flag("--no-progress", flags.no_progress, "No progress bar");
    args.flag("--dry-run", flags.dry_run, "Print the scenario with all its defaults, start nothing");
    args.flag("--detach", flags.detach, "Start it and leave; see wqctl list, show and stop");
    args.examples(kExamples);
}

}  // namespace wqctl
