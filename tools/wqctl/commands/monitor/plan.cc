// SPDX-License-Identifier: GPL-2.0
#include "commands/monitor/plan.hh"

#include "source/sampling.hh"
#include "text/error.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::array<Named<MonitorFormat>, 4> kFormats = {{
    {"table", MonitorFormat::kTable},
    {"json", MonitorFormat::kJson},
    {"wq_monitor", MonitorFormat::kWqMonitor},
    {"openmetrics", MonitorFormat::kOpenMetrics},
}};

constexpr const char* kExamples = R"(
REGEX is looked for in a workqueue's name, and in its variable's such as
system_highpri_wq; of several one has to match.

  total     items executed, those too that began on pwqs which are gone since
  items/s   begun a second, since the sample before
  infl      executing now; pend: waiting for a worker; inact: held back by
            max_active
  CPUtime   seconds, from scheduler ticks; never counted for BH. CPU%: of one
            CPU, since the sample before
  CPUitsv   times an item of a per-CPU workqueue ran too long, so that
            concurrency management left it alone
  CMW/RPR   per-CPU: workers woken because one went to sleep; unbound: workers
            brought back into their affinity scope
  mayday    times the rescuer was called; rescued: items that it executed

Examples:
  wqctl monitor
      every workqueue, once a second
  wqctl monitor -i 0.2 -n 50 -j '^kblockd$' > kblockd.jsonl
      50 lines of JSON (wqlab/monitor/1) in ten seconds
  wqctl monitor -i 15 --openmetrics /var/lib/prometheus/node-exporter/wqlab.prom
      for node_exporter's textfile collector
  wqctl monitor -i 0 --format wq_monitor
      once, in the layout of the kernel's own wq_monitor.py
)";

}  // namespace

void MonitorFlags::declare(Args& args)
{
    args.words("REGEX", patterns, "Workqueues to show; default all");
    args.option("-i,--interval", interval, "SECS", "From sample to sample; default 1, 0: once");
    args.option("-n,--count", count, "COUNT", "End after so many samples");
    args.json(json, {"wqlab/monitor/1"}, "-j,--json").help = "One JSON document a line and sample (wqlab/monitor/1)";
    args.choice("--format", format, kFormats, "format", "FORMAT", "table, json, wq_monitor or openmetrics");
    args.option("--openmetrics", openmetrics, "FILE", "Prometheus' text format, into FILE or to standard output")
        .alone_means("-");
    source.declare(args);
    args.examples(kExamples);
}

uint32_t MonitorPlan::sections() const
{
    // What is not asked for takes no lock.
    if (format != MonitorFormat::kOpenMetrics)
        return WQLAB_SECTION_WORKQUEUES;
    return WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORK | WQLAB_SECTION_HOGS;
}

MonitorPlan plan_monitor(const MonitorFlags& flags)
{
    if (flags.json + flags.format.has_value() + flags.openmetrics.has_value() > 1)
        throw Error::usage("--json, --format and --openmetrics exclude each other");
    MonitorPlan plan;
    plan.format = flags.json ? MonitorFormat::kJson : flags.format.value_or(MonitorFormat::kTable);
    if (flags.openmetrics) {
        plan.format = MonitorFormat::kOpenMetrics;
        plan.file = *flags.openmetrics == "-" ? "" : *flags.openmetrics;
    }
    plan.interval_ns = parse_interval(flags.interval);
    if (flags.count)
        plan.count = parse_samples(*flags.count);
    if (plan.interval_ns == 0) {
        if (plan.count.value_or(1) > 1)
            throw Error::usage("an interval of 0 means once; for several samples give one such as -i 0.1");
        plan.count = 1;
    }
    plan.patterns = Patterns(flags.patterns);
    return plan;
}

}  // namespace wqctl
