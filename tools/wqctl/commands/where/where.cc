// SPDX-License-Identifier: GPL-2.0
// Which CPU's pool_workqueue the item is queued on, if at all.
#include "commands/where/where.hh"

#include <fmt/core.h>

#include "commands/where/parts.hh"
#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

// "symbol [module]", of which the module need not be said.
bool is_function(std::string_view full, std::string_view wanted)
{
    return full == wanted || (full.starts_with(wanted) && full.substr(wanted.size()).starts_with(" ["));
}

const wqlab_snap_worker* find_running(const WhereView& view)
{
    const WhereQuestion& question = view.question;
    std::vector<const wqlab_snap_worker*> found;
    for (const wqlab_snap_worker& worker : view.snapshot.workers) {
        if (is_idle(worker) || !worker.work)
            continue;
        if (question.work ? worker.work == question.work
                          : !question.function.empty() && view.snapshot.workqueue(worker.workqueue) == &view.wq &&
                                is_function(view.snapshot.string(worker.function), question.function))
            found.push_back(&worker);
    }
    if (found.size() < 2 || question.work)
        return found.empty() ? nullptr : found.front();
    std::vector<std::string> items;
    for (const wqlab_snap_worker* worker : found)
        items.push_back(fmt::format("--work {:08x} (pool {}, {})", worker->work, worker->pool, view.name_of(*worker)));
    throw Error::usage(fmt::format("{} items of this workqueue run {} now", found.size(), question.function),
                       fmt::format("say which: {}", enumerate(items, "or")));
}

std::string ms(int64_t ns) { return fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6); }

// An item has one PENDING bit, however often somebody wants it queued.
bool is_pending(const WhereView& view, std::string& how)
{
    const uint64_t item = view.question.work;
    for (const wqlab_snap_work& work : view.snapshot.works) {
        if (!item || work.identity != item || work.is_barrier)
            continue;
        switch (work.state) {
        case WQLAB_WORK_PENDING: how = fmt::format("on the worklist of pool {}", work.pool); break;
        case WQLAB_WORK_INACTIVE: how = fmt::format("inactive, for pool {}", work.pool); break;
        default: how = fmt::format("handed to the worker with pid {} of pool {}", work.worker, work.pool); break;
        }
        return true;
    }
    for (const wqlab_snap_timer& timer : view.snapshot.timers) {
        if (!item || timer.work != item)
            continue;
        how = timer.due_ns > 0 ? fmt::format("its timer is due in {}", ms(timer.due_ns)) : "its timer is overdue";
        return true;
    }
    return false;
}

// Any CPU of wq_unbound_cpumask that is online, the next one each time.
CpuList round_robin(const WhereView& view, uint32_t from, WhereAnswer& answer)
{
    const std::string mask = format_cpu_list(view.unbound);
    const bool forced = view.snapshot.head.flags & WQLAB_STATE_FORCE_RR;
    if (!forced && contains(view.unbound, from)) {
        answer.reasons.push_back(
            {"wq_select_unbound_cpu()",
             fmt::format("CPU {}, where it is queued, is in wq_unbound_cpumask ({})", from, mask)});
        return {from};
    }
    const std::string why = forced ? "debug_force_rr_cpu is set"
                                   : fmt::format("CPU {}, where it is queued, is not in wq_unbound_cpumask ({})", from,
                                                 mask);
    CpuList turn = common(view.unbound, view.online);
    if (turn.empty()) {
        answer.reasons.push_back(
            {"wq_select_unbound_cpu()", fmt::format("{}, but no CPU of that is online: CPU {}", why, from)});
        return {from};
    }
    answer.reasons.push_back(
        {"wq_select_unbound_cpu()", fmt::format("{}: {}", why,
                                                turn.size() == 1 ? fmt::format("CPU {}", turn.front())
                                                                 : "one of " + format_cpu_list(turn) + ", in turn")});
    return turn;
}

CpuList any_cpu(const WhereView& view, uint32_t from, WhereAnswer& answer)
{
    if (view.is_unbound())
        return round_robin(view, from, answer);
    answer.reasons.push_back({"__queue_work()", fmt::format("not WQ_UNBOUND: the CPU where it is queued, {}", from)});
    return {from};
}

CpuList cpu_of_node(const WhereView& view, uint32_t from, WhereAnswer& answer)
{
    const uint32_t node = *view.question.node;
    if (!view.is_unbound())
        answer.reasons.push_back(
            {"queue_work_node()", "made for unbound workqueues: it warns (WARN_ON_ONCE), and goes on"});
    CpuList cpus;
    for (const wqlab_snap_node& row : view.snapshot.nodes)
        if (row.node == node)
            cpus = common(view.snapshot.cpus(row.cpus), view.online);
    const auto choose = [&](const std::string& text) { answer.reasons.push_back({"select_numa_node_cpu()", text}); };
    if (cpus.empty()) {
        choose(fmt::format("no CPU of node {} is online: as queue_work()", node));
        return any_cpu(view, from, answer);
    }
    if (contains(cpus, from)) {
        choose(fmt::format("CPU {}, where it is queued, is on node {}", from, node));
        return {from};
    }
    choose(fmt::format("the first online CPU of node {}, {}", node, cpus.front()));
    return {cpus.front()};
}

CpuList choose_cpus(const WhereView& view, uint32_t from, WhereAnswer& answer)
{
    if (!view.question.work_on)
        return view.question.node ? cpu_of_node(view, from, answer) : any_cpu(view, from, answer);
    const uint32_t cpu = *view.question.work_on;
    std::string text = fmt::format("CPU {}, as asked", cpu);
    if (!contains(view.online, cpu))
        text += "; that it is offline is not looked at";
    else if (view.is_unbound() && !contains(view.unbound, cpu))
        text += "; that it is not in wq_unbound_cpumask is not looked at";
    answer.reasons.push_back({"queue_work_on()", text});
    return {cpu};
}

WhereAnswer answer_from(const WhereView& view, uint32_t from)
{
    WhereAnswer answer;
    answer.from = from;
    std::string how;
    if (is_pending(view, how)) {
        answer.fate = Fate::kPending;
        answer.reasons.push_back(
            {"queue_work_on()", fmt::format("the item is pending ({}): nothing is done, and it returns false", how)});
        return answer;
    }
    if (view.wq.flags & (WQLAB_SNAP_WQ_DRAINING | WQLAB_SNAP_WQ_DESTROYING)) {
        answer.fate = Fate::kChainedOnly;
        answer.reasons.push_back(
            {"__queue_work()",
             fmt::format("the workqueue is being {}: it warns and queues nothing, though queue_work() returns "
                         "true, unless an item of this workqueue queues it (is_chained_work())",
                         view.wq.flags & WQLAB_SNAP_WQ_DESTROYING ? "destroyed" : "drained")});
    }
    const CpuList cpus = choose_cpus(view, from, answer);
    for (const uint32_t cpu : cpus) {
        WherePlace place = place_of(view, cpu);
        follow_item(view, place);
        const auto same = std::find_if(answer.places.begin(), answer.places.end(), [&](const WherePlace& other) {
            return place.pwq != WQLAB_NONE && other.pwq == place.pwq;
        });
        if (same != answer.places.end())
            same->chosen.push_back(cpu);
        else
            answer.places.push_back(std::move(place));
    }
    answer.in_turn = cpus.size() > 1;
    for (WherePlace& place : answer.places)
        find_runner(view, place);
    return answer;
}

void check(const WhereView& view)
{
    const WhereQuestion& question = view.question;
    for (const auto& [option, cpu] : {std::pair{"--cpu", question.cpu}, std::pair{"--work-on", question.work_on}})
        if (cpu && !contains(view.possible, *cpu))
            throw Error::usage(
                fmt::format("{}: there is no CPU {}; possible are {}", option, *cpu, format_cpu_list(view.possible)),
                "queue_work_on() does not check: it would read what is not there");
    if (question.cpu && !contains(view.online, *question.cpu))
        throw Error::usage(fmt::format("--cpu: CPU {} is offline, nothing can be queued from there; online are {}",
                                       *question.cpu, format_cpu_list(view.online)),
                           fmt::format("--work-on {} is queue_work_on() that CPU", *question.cpu));
    if (question.node && std::none_of(view.snapshot.nodes.begin(), view.snapshot.nodes.end(),
                                      [&](const wqlab_snap_node& node) { return node.node == *question.node; }))
        throw Error::usage(fmt::format("--node: there is no node {}", *question.node));
}

}  // namespace

WhereView::WhereView(const Snapshot& s, const WhereQuestion& q)
    : snapshot(s),
      question(q),
      wq(s.workqueues.at(q.workqueue)),
      online(s.cpus(s.head.online_cpus)),
      possible(s.cpus(s.head.possible_cpus)),
      unbound(s.cpus(s.head.unbound_cpus))
{
}

uint32_t WhereView::pwq_of(uint32_t cpu) const
{
    for (const wqlab_snap_cpu_pwq& slot : snapshot.cpu_pwqs_of(question.workqueue))
        if (slot.cpu == cpu && snapshot.pwq(slot.pwq))
            return slot.pwq;
    return WQLAB_NONE;
}

std::string WhereView::name_of(const wqlab_snap_worker& worker) const
{
    return worker.flags & WQLAB_WORKER_BH ? "the softirq"
                                          : fmt::format("{} (pid {})", snapshot.string(worker.command), worker.pid);
}

std::vector<WhereAnswer> where(const Snapshot& snapshot, const WhereQuestion& question)
{
    WhereView view(snapshot, question);
    check(view);
    view.running = find_running(view);
    std::vector<WhereAnswer> answers;
    for (const uint32_t from : question.cpu ? CpuList{*question.cpu} : view.online)
        answers.push_back(answer_from(view, from));
    return answers;
}

}  // namespace wqctl
