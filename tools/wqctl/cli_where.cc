// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

namespace wqctl {

namespace {

constexpr const char* kWhereExamples = R"(
WQ is a name, NAME@IDENTITY where several have that name, or the variable of a
system workqueue. The answer is that of kernel/workqueue.c for the machine as it
is at this moment, and every step names the function that decides it.

Examples:
  wqctl where system_unbound_wq
      from every CPU: which pool, which CPUs, which worker
  wqctl where system_highpri_wq --cpu 2
      every step for queue_work() on CPU 2
  wqctl where kblockd --work-on 5
      queue_work_on() CPU 5, also when it is offline
  wqctl where events@00000000d2f1a6c4 --work 00000000c30a52b1
      an item that may be running still, and then goes where it runs
)";

}  // namespace

void Cli::add_where()
{
    CLI::App* where = add_command("where", "Which pool and worker an item would get, and why");
    WhereFlags& f = invocation_.where;
    where->add_option("WQ", f.workqueue, "The workqueue: NAME, NAME@IDENTITY, or system_wq and the like")->type_name("")->required();
    where->add_option("--cpu", f.cpu, "The CPU where it is queued; default each online one")->type_name("N");
    CLI::Option* work_on = where->add_option("--work-on", f.work_on, "queue_work_on() this CPU")->type_name("CPU");
    where->add_option("--node", f.node, "queue_work_node() this node")->type_name("NODE")->excludes(work_on);
    CLI::Option* work = where->add_option("--work", f.work, "This item, which may be running or pending")->type_name("ID");
    where->add_option("--function", f.function, "The item that runs this function now, if one does")->type_name("SYMBOL")->excludes(work);
    where->add_flag("--json", invocation_.json, "One JSON document (wqlab/where/1)");
    where->footer(kWhereExamples);
}

}  // namespace wqctl
