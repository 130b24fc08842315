// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

namespace wqctl {

namespace {

constexpr const char* kMonitorExamples = R"(
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
  wqctl monitor -i 15 --openmetrics /var/lib/node_exporter/wqlab.prom
      for node_exporter's textfile collector
  wqctl monitor -i 0 --format wq_monitor
      once, in the layout of the kernel's own wq_monitor.py
)";

}  // namespace

void Cli::add_monitor()
{
    CLI::App* monitor = add_command("monitor", "What each workqueue does: totals and rates, again and again");
    MonitorFlags& f = invocation_.monitor;
    monitor->add_option("REGEX", f.patterns, "Workqueues to show; default all")->type_name("");
    monitor->add_option("-i,--interval", f.interval, "From sample to sample; default 1, 0: once")->type_name("SECS");
    monitor->add_option("-n,--count", f.count, "End after so many samples")->type_name("COUNT");
    monitor->add_flag("-j,--json", f.json, "One JSON document a line and sample (wqlab/monitor/1)");
    monitor->add_option("--format", f.format, "table, json, wq_monitor or openmetrics")->type_name("FORMAT");
    monitor->add_option("--openmetrics", f.openmetrics, "Prometheus' text format, into FILE or to standard output")
        ->option_text("[FILE]")
        ->expected(0, 1)
        ->default_str("-");
    monitor->footer(kMonitorExamples);
}

}  // namespace wqctl
