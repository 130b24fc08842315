// SPDX-License-Identifier: GPL-2.0
#include "commands/where/flags.hh"

#include "text/names.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
WQ is a name, NAME@IDENTITY where several have that name, the variable of a
system workqueue, or what wqctl dump calls it: 'events (system_wq)'. The answer
is that of kernel/workqueue.c for the machine as it is at this moment, and every
step names the function that decides it.

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

void WhereFlags::declare(Args& args)
{
    args.word("WQ", workqueue, "The workqueue: NAME, NAME@IDENTITY, or system_wq and the like")
        .required()
        .values(system_workqueue_names());
    args.option("--cpu", cpu, "N", "The CPU where it is queued; default each online one");
    args.option("--work-on", work_on, "CPU", "queue_work_on() this CPU");
    args.option("--node", node, "NODE", "queue_work_node() this node").excludes("--work-on");
    args.option("--work", work, "ID", "This item, which may be running or pending");
    args.option("--function", function, "SYMBOL", "The item that runs this function now, if one does")
        .excludes("--work");
    args.json(json, {"wqlab/where/1"});
    source.declare(args);
    args.examples(kExamples);
}

}  // namespace wqctl
