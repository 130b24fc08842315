// SPDX-License-Identifier: GPL-2.0
// What is going on: a block for each pool, its workers, what waits there in
// the order in which it will be taken, and what max_active holds back.
#include <algorithm>

#include <fmt/core.h>

#include "commands/dump/render.hh"
#include "term/lines.hh"
#include "snapshot/names.hh"
#include "snapshot/worker_state.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr size_t kWhat = 11;  // columns of "scheduled" and the like, with the gaps around it

class WorkText {
public:
    WorkText(const Dump& dump, const Style& style)
        : dump_(dump), s_(dump.snapshot), style_(style), labels_(s_), pwq_cpus_(cpus_of_pwqs(s_))
    {
    }

    std::string render()
    {
        std::string text;
        // Both are by pool, but nobody vouches for it.
        for (const wqlab_snap_pool& pool : s_.pools)
            text += block(pool.id, pool_title(pool));
        text += strangers();
        text += flushing();
        return text;
    }

private:
    struct Line {
        std::string what;  // "pending"
        std::string function;
        std::string workqueue;
        std::string rest;
        unsigned times = 1;

        bool same(const Line& other) const
        {
            return what == other.what && function == other.function && workqueue == other.workqueue &&
                   rest == other.rest;
        }
    };

    // Any user names a task, and a snapshot may be of anybody.
    std::string text_of(uint32_t string) const { return printable(s_.string(string)); }

    std::string time(uint64_t ns) const { return human_time(ns, style_.charset); }

    static void add(std::string& text, const std::string& part)
    {
        if (!part.empty())
            text += (text.empty() ? "" : ", ") + part;
    }

    std::string pool_title(const wqlab_snap_pool& pool) const
    {
        std::string text = fmt::format("pool {}: ", pool.id);
        text += pool.cpu >= 0 ? fmt::format("CPU {}", pool.cpu)
                              : fmt::format("CPUs {}", format_cpu_list(s_.cpus(Snapshot::allowed_cpus(pool))));
        text += fmt::format(", nice {}, {} workers, {} idle", pool.nice, pool.nr_workers, pool.nr_idle);
        if (pool.cpu >= 0 && !(pool.flags & WQLAB_POOL_BH))
            add(text, fmt::format("{} running", pool.nr_running));
        add(text, fmt::format("{} pending", pool.nr_pending));
        if (pool.since_progress_ns != WQLAB_NEVER)
            add(text, fmt::format("no progress for {}", time(pool.since_progress_ns)));
        if (pool.manager)
            add(text, fmt::format("managed by {}", pool.manager));
        if (pool.mayday_timer_ns != WQLAB_NEVER)
            add(text, fmt::format("calls for rescuers in {}", time(pool.mayday_timer_ns)));
        constexpr uint32_t others = WQLAB_POOL_MANAGER_ACTIVE | WQLAB_POOL_PENDING_CUT | WQLAB_POOL_BUSY_CUT;
        add(text, join(pool_flag_words(unusual_flags(pool) & ~others), ", "));
        if (pool.flags & WQLAB_POOL_PENDING_CUT)
            add(text, "MORE ITEMS THAN WERE COPIED");
        if (pool.flags & WQLAB_POOL_BUSY_CUT)
            add(text, "MORE WORKERS THAN WERE COPIED");
        return text;
    }

    // "kworker/3:1 1234 for 2.30s, sleeping, last on CPU 3"
    std::string worker_text(const wqlab_snap_worker& worker) const
    {
        std::string text = worker.flags & WQLAB_WORKER_BH ? "softirq" : text_of(worker.command);
        if (worker.pid)
            text += fmt::format(" {}", worker.pid);
        if (worker.busy_ns != WQLAB_NEVER)
            text += fmt::format(" for {}{}", worker.flags & WQLAB_WORKER_SINCE_AT_LEAST ? at_least() : "",
                                time(worker.busy_ns));
        if (const WorkerState state = worker_state(worker.flags); state != WorkerState::kSoftirq) {
            add(text, state == WorkerState::kPreempted ? "preempted on its way to sleep"
                                                       : std::string(worker_state_name(state)));
            if (worker.cpu >= 0)
                text += fmt::format("{} on CPU {}", state == WorkerState::kSleeping ? ", last" : "", worker.cpu);
        }
        constexpr uint32_t said = WQLAB_WORKER_SLEEPING | WQLAB_WORKER_ON_CPU | WQLAB_WORKER_SINCE_AT_LEAST |
                                  WQLAB_WORKER_BH | WQLAB_WORKER_COUNTED | WQLAB_WORKER_KNOWN_ASLEEP |
                                  WQLAB_WORKER_ABOUT_TO_SLEEP;
        // Every worker of an unbound pool has that flag.
        const wqlab_snap_pool* pool = s_.pool(worker.pool);
        const uint32_t known = pool && pool->cpu < 0 ? said | WQLAB_WORKER_UNBOUND : said;
        add(text, join(worker_flag_words(worker.flags & ~known), ", "));
        if (worker.flags & WQLAB_WORKER_SLEEPING && worker.flags & WQLAB_WORKER_COUNTED)
            add(text, "BUT COUNTED AS RUNNING");
        if (worker.description != WQLAB_NONE && s_.string(worker.description) != labels_[worker.workqueue])
            add(text, fmt::format("\"{}\"", text_of(worker.description)));
        return text;
    }

    std::string at_least() const { return style_.utf8() ? "\u2265" : ">="; }

    std::string item_text(const wqlab_snap_work& work) const
    {
        std::string text;
        if (work.is_barrier) {
            text = "a flush";
            if (work.barrier_target)
                text += fmt::format(" of item {}", identity_text(work.barrier_target));
            if (work.waiter)
                text += fmt::format(" that {} {} waits for", text_of(work.waiter_command), work.waiter);
        }
        if (work.state == WQLAB_WORK_SCHEDULED && work.worker)
            add(text, fmt::format("next for {}", work.worker));
        return text;
    }

    std::string pwq_text(const wqlab_snap_pwq& pwq) const
    {
        const wqlab_snap_workqueue* wq = s_.workqueue(pwq.workqueue);
        // Of an unbound one each CPU has its own, on a pool that they share.
        const CpuList& cpus = pwq_cpus_[static_cast<size_t>(&pwq - s_.pwqs.data())];
        const bool unbound = wq && wq->flags & WQLAB_WQ_UNBOUND;
        std::string text = unbound && !cpus.empty() ? fmt::format("of CPU {}: ", format_cpu_list(cpus)) : "";
        text += fmt::format("{} active", pwq.nr_active);
        if (wq && !unbound && wq->max_active != INT32_MAX)
            text += fmt::format(" of {}", wq->max_active);
        if (pwq.nr_inactive)
            add(text, fmt::format("{} held back", pwq.nr_inactive));
        if (pwq.flags & WQLAB_PWQ_PLUGGED)
            add(text, "plugged");
        if (pwq.flags & WQLAB_PWQ_MAYDAY)
            add(text, "waits for the rescuer");
        if (pwq.flags & WQLAB_PWQ_NODE_PENDING)
            add(text, "waits for its node's max_active");
        return text;
    }

    static bool is_busy(const wqlab_snap_worker& worker) { return worker.work || worker.function != WQLAB_NONE; }

    void push(std::vector<Line>& lines, Line line) const
    {
        if (!lines.empty() && lines.back().same(line))
            lines.back().times++;
        else
            lines.push_back(std::move(line));
    }

    void push(std::vector<Line>& lines, const wqlab_snap_work& work) const
    {
        push(lines,
             {std::string(work_state_name(work.state)), work.function == WQLAB_NONE ? "?" : text_of(work.function),
              work.workqueue == WQLAB_NONE ? "" : labels_[work.workqueue], item_text(work)});
    }

    std::vector<Line> lines_of(int32_t pool) const
    {
        std::vector<Line> lines;
        for (const wqlab_snap_worker* worker : dump_.selection.workers) {
            if (worker->pool != pool || !is_busy(*worker))
                continue;
            lines.push_back({"executing", worker->function == WQLAB_NONE ? "?" : text_of(worker->function),
                             labels_[worker->workqueue], worker_text(*worker)});
            for (const wqlab_snap_work* work : dump_.selection.works)
                if (work->pool == pool && work->state == WQLAB_WORK_SCHEDULED && work->worker == worker->pid)
                    push(lines, *work);
        }
        const auto is_busy_worker = [&](int32_t pid) {
            return std::any_of(dump_.selection.workers.begin(), dump_.selection.workers.end(), [&](const auto* worker) {
                return worker->pool == pool && worker->pid == pid && is_busy(*worker);
            });
        };
        for (const uint32_t state : {WQLAB_WORK_SCHEDULED, WQLAB_WORK_PENDING, WQLAB_WORK_INACTIVE})
            for (const wqlab_snap_work* work : dump_.selection.works)
                if (work->pool == pool && work->state == state &&
                    (state != WQLAB_WORK_SCHEDULED || !is_busy_worker(work->worker)))
                    push(lines, *work);
        for (const wqlab_snap_pwq* pwq : dump_.selection.pwqs)
            if (pwq->pool == pool && (pwq->nr_active > 0 || pwq->nr_inactive || pwq->flags))
                lines.push_back({"total", "", labels_[pwq->workqueue], pwq_text(*pwq)});
        return lines;
    }

    std::string block(int32_t pool, const std::string& title) const
    {
        const std::vector<Line> lines = lines_of(pool);
        if (lines.empty())
            return {};
        size_t function = 0, workqueue = 0;
        for (const Line& line : lines) {
            function = std::max(function, display_width(line.function));
            workqueue = std::max(workqueue, display_width(line.workqueue));
        }
        std::string text = "\n" + hanging("", title, style_.width);
        for (const Line& line : lines) {
            std::string rest = line.rest;
            if (line.times > 1)
                rest += fmt::format("{}{} {}", rest.empty() ? "" : ", ", style_.utf8() ? "\u00d7" : "x", line.times);
            const std::string start = "  " + pad_right(line.what, kWhat);
            const std::string aligned = start + pad_right(line.function, function) + "  " +
                                        pad_right(line.workqueue, workqueue) + (rest.empty() ? "" : "  " + rest);
            if (display_width(aligned) <= style_.width)
                text += aligned.substr(0, aligned.find_last_not_of(' ') + 1) + "\n";
            else
                text += hanging(start, line.function + "  " + line.workqueue + (rest.empty() ? "" : ": " + rest),
                                style_.width);
        }
        return text;
    }

    // Rows that name a pool that the snapshot has not.
    std::string strangers() const
    {
        std::vector<int32_t> ids;
        for (const wqlab_snap_worker* worker : dump_.selection.workers)
            if (is_busy(*worker))
                ids.push_back(worker->pool);
        for (const wqlab_snap_work* work : dump_.selection.works)
            ids.push_back(work->pool);
        std::erase_if(ids, [&](int32_t id) { return s_.pool(id) != nullptr; });
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        std::string text;
        for (const int32_t id : ids)
            text += block(id, fmt::format("pool {}: not in the snapshot", id));
        return text;
    }

    std::string flushing() const
    {
        std::string text;
        for (const wqlab_snap_flusher* flusher : dump_.selection.flushers) {
            std::string line = fmt::format("{} ", labels_[flusher->workqueue]);
            const std::string who = flusher->pid ? fmt::format("{} {}", text_of(flusher->command), flusher->pid)
                                                 : "somebody";
            if (flusher->state == WQLAB_FLUSHER_FIRST)
                line += fmt::format("is flushed by {}, colour {}", who, flusher->color);
            else if (flusher->state == WQLAB_FLUSHER_QUEUED)
                line += fmt::format("will then be flushed by {}, colour {}", who, flusher->color);
            else
                line += fmt::format("is to be flushed by {}, who waits for a colour", who);
            text += hanging("  ", line, style_.width);
        }
        for (const wqlab_snap_workqueue* wq : dump_.selection.workqueues)
            if (wq->nr_drainers > 0)
                text += hanging("  ", fmt::format("{} is drained by {}", labels_[s_.index_of(*wq)], wq->nr_drainers),
                                style_.width);
        return text.empty() ? "" : "\nflushing and draining\n" + text;
    }

    const Dump& dump_;
    const Snapshot& s_;
    const Style& style_;
    const WorkqueueLabels labels_;
    const std::vector<CpuList> pwq_cpus_;
};

}  // namespace

std::string render_work(const Dump& dump, const Style& style)
{
    const std::string text = WorkText(dump, style).render();
    return style.bold("work") + "\n" +
           (text.empty() ? none_line("nothing executes, is pending or is held back") : text.substr(1));
}

}  // namespace wqctl
