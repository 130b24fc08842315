// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/log/render.hh"

namespace wqctl {

namespace {

void write(JsonWriter& j, const klog::PoolKind& kind)
{
    j.member("cpus", kind.cpus);
    j.member("node", kind.node);
    j.member("raw_flags", kind.flags);
    j.member("nice", kind.nice);
    j.member("bh", kind.is_bh);
}

void write(JsonWriter& j, const std::vector<klog::Item>& items, std::string_view name)
{
    j.objects(name, items, [&](const klog::Item& item) {
        j.member_if(!item.waiter, "function", item.function);
        j.member("count", item.count);
        j.member("waiter", item.waiter);
    });
}

void write(JsonWriter& j, const klog::Pwq& pwq)
{
    j.member("line", pwq.line);
    j.member("pool", pwq.pool);
    write(j, pwq.kind);
    j.member("nr_active", pwq.active);
    j.member("max_active", pwq.max_active);
    j.member("refcnt", pwq.refcnt);
    j.member("mayday", pwq.mayday);
    j.objects("in_flight", pwq.in_flight, [&](const klog::InFlight& worker) {
        j.member("pid", worker.pid);
        j.member("rescuer", worker.is_rescuer);
        j.member("function", worker.function);
        j.member("seconds", worker.seconds);
        write(j, worker.scheduled, "scheduled");
    });
    write(j, pwq.pending, "pending");
    write(j, pwq.inactive, "inactive");
}

void write(JsonWriter& j, const klog::Stack& stack)
{
    j.member("line", stack.line);
    j.member("pid", stack.pid);
    j.member("cpu", stack.cpu);
    j.member("command", stack.command);
    j.member_if(stack.state, "state", std::string(1, stack.state));
    j.member("running", stack.is_running);
    j.member("workqueue", stack.workqueue);
    j.member("function", stack.function);
    j.member("frames", stack.frames);
}

void write(JsonWriter& j, const klog::Dump& dump)
{
    j.member("line", dump.line);
    j.member("last_line", dump.last_line);
    j.member("time", dump.time && !dump.time->is_date ? std::optional(dump.time->seconds) : std::nullopt);
    j.objects("lockups", dump.lockups, [&](const klog::Lockup& lockup) {
        j.member("line", lockup.line);
        write(j, lockup.kind);
        j.member("seconds", lockup.seconds);
    });
    j.objects("workqueues", dump.workqueues, [&](const klog::Workqueue& workqueue) {
        j.member("line", workqueue.line);
        j.member("name", workqueue.name);
        j.member("raw_flags", workqueue.flags);
        j.objects("pwqs", workqueue.pwqs, [&](const klog::Pwq& pwq) { write(j, pwq); });
    });
    j.objects("pools", dump.pools, [&](const klog::Pool& pool) {
        j.member("line", pool.line);
        j.member("id", pool.id);
        write(j, pool.kind);
        j.member("hung_seconds", pool.hung);
        j.member("workers", pool.workers);
        j.member("manager", pool.manager);
        j.member("idle", pool.idle);
    });
}

}  // namespace

void write_log(JsonWriter& j, const klog::Log& log)
{
    j.objects("dumps", log.dumps, [&](const klog::Dump& dump) { write(j, dump); });
    j.objects("stacks", log.stacks, [&](const klog::Stack& stack) { write(j, stack); });
    j.member("not_understood", log.not_understood_count);
}

}  // namespace wqctl
