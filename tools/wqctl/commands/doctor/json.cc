// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/log/render.hh"
#include "commands/doctor/render.hh"
#include "term/json_writer.hh"

namespace wqctl {

namespace {

void write(JsonWriter& j, const Finding& finding)
{
    j.member("rule", finding.rule);
    j.member("certainty", certainty_name(finding.certainty));
    j.member("sentence", finding.sentence);
    j.objects("suspects", finding.suspects, [&](const Suspect& suspect) {
        j.member_if(!suspect.function.empty(), "function", suspect.function);
        j.member_if(!suspect.workqueue.empty(), "workqueue", suspect.workqueue);
        j.member("pid", suspect.pid);
        j.member_if(!suspect.task.empty(), "task", suspect.task);
        j.member("doing", suspect.doing);
    });
    j.member("victims", finding.victims);
    j.objects("evidence", finding.evidence, [&](const Evidence& evidence) {
        j.member("line", evidence.line);
        j.member("text", evidence.text);
    });
    j.objects("stacks", finding.stacks, [&](const StackGroup& group) {
        j.member("states", group.states);
        j.objects("tasks", group.tasks, [&](const Task& task) {
            j.member("pid", task.pid);
            j.member("command", task.command);
        });
        j.member("frames", group.frames);
    });
    j.member("kernel", finding.kernel);
    j.member("next", finding.next);
}

}  // namespace

std::string doctor_to_json(const std::vector<Finding>& findings, const Examined& examined)
{
    const klog::Log* log = examined.log;
    JsonWriter j(examined.time ? JsonLayout::kOneLine : JsonLayout::kPretty);
    j.object([&] {
        j.member("schema", "wqlab/doctor/1");
        j.member_if(!log, "source", examined.origin);
        j.member_if(!log, "kernel", examined.kernel);
        j.member_if(!log, "interval_ns", examined.interval_ns);
        j.member_if(log, "lines", log ? log->lines : 0);
        j.member_if_any("time", examined.time);
        j.objects("findings", findings, [&](const Finding& finding) { write(j, finding); });
        if (examined.time)
            j.objects("ended", examined.ended, [&](const Finding& finding) { write(j, finding); });
        j.objects("not_looked_at", examined.not_looked_at, [&](const NotLookedAt& one) {
            j.member("rule", one.rule);
            j.member("why", one.why);
        });
        write_log(j, log ? *log : klog::Log());
    });
    return j.take();
}

}  // namespace wqctl
