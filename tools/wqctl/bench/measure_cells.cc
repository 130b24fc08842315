// SPDX-License-Identifier: GPL-2.0
#include "bench/measure_cells.hh"

#include <algorithm>
#include <numeric>
#include <random>

#include <fmt/core.h>

#include "bench/summary.hh"
#include "report/session.hh"
#include "report/started_run.hh"
#include "system/idle_time.hh"
#include "system/wait.hh"
#include "text/error.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

class Bench {
public:
    Bench(Plan plan, Lab& lab, const Info& info, const Topology& topology, bool with_progress)
        : runs_(lab),
          events_(lab),
          info_(info),
          topology_(topology),
          progress_(with_progress),
          quiet_(nullptr, false),
          begun_(monotonic_ns())
    {
        result_.plan = std::move(plan);
        result_.kernel = info.release;
        result_.cpus = topology.online_list();
    }

    BenchResult run()
    {
        std::mt19937_64 random(result_.plan.seed);
        std::vector<size_t> order(result_.plan.cells.size());
        std::iota(order.begin(), order.end(), size_t{0});
        // Pass 0 warms up.
        for (unsigned pass = 0; !is_enough(pass); pass++) {
            const uint64_t pass_begun = monotonic_ns();
            shuffle(order, random);
            for (size_t i = 0; i < order.size(); i++) {
                say(pass, i);
                if (!take_turn(result_.plan.cells[order[i]], pass))
                    return finish(EndOfBench::kInterrupt);
            }
            result_.passes = pass;
            width_ = widest(result_.rows());
            longest_pass_ = std::max(longest_pass_, monotonic_ns() - pass_begun);
        }
        return finish(end_);
    }

private:
    // The same on every machine, which std::shuffle is not.
    static void shuffle(std::vector<size_t>& order, std::mt19937_64& random)
    {
        for (size_t i = order.size(); i > 1; i--)
            std::swap(order[i - 1], order[random() % i]);
    }

    // Before pass `pass`.
    bool is_enough(unsigned pass)
    {
        const Plan& plan = result_.plan;
        const bool none_left = std::all_of(plan.cells.begin(), plan.cells.end(),
                                           [](const BenchCell& cell) { return !cell.error.empty(); });
        // Two rounds of each are the least that there is any sense in.
        if (none_left || pass < 3)
            return none_left;
        if (plan.rounds && pass > *plan.rounds) {
            end_ = EndOfBench::kRounds;
            return true;
        }
        if (!plan.rounds && pass > kLeastPasses && width_ && *width_ <= plan.precision) {
            end_ = EndOfBench::kPrecise;
            return true;
        }
        if (plan.least_rounds && pass <= *plan.least_rounds)
            return false;
        end_ = EndOfBench::kBudget;
        return plan.budget_ns && elapsed() + longest_pass_ > *plan.budget_ns;
    }

    // False: it was interrupted, and what it measured is not kept.
    bool take_turn(BenchCell& cell, unsigned pass)
    {
        if (!cell.error.empty())
            return true;
        try {
            return measure(cell, pass);
        } catch (const Error& error) {
            if (error.exit_code == kUnavailable)
                throw;
            cell.error = error.message;
            return true;
        }
    }

    bool measure(BenchCell& cell, unsigned pass)
    {
        // Random times of items are others in each round, and the same ones the next time.
        Scenario scenario = cell.cell.scenario;
        scenario.seed = *scenario.seed + pass;
        StartedRun started(runs_, scenario, {"bench", false});
        try {
            started.apply_attributes();
        } catch (const Error&) {
            stop_run(runs_, started.id());
            follow(runs_, events_, started.id(), interrupts_, quiet_);
            runs_.forget(started.id());
            throw;
        }
        const uint64_t began = monotonic_ns();
        const auto idle_before = idle_ns();
        started.release();
        const bool interrupted = follow(runs_, events_, started.id(), interrupts_, quiet_);
        const auto idle_after = idle_ns();
        const uint64_t ended = monotonic_ns();
        const RunReport report = started.report(info_, topology_);
        if (interrupted)
            return false;
        const std::vector<std::string> broken = broken_promises(report);
        result_.broken.insert(result_.broken.end(), broken.begin(), broken.end());
        if (pass == 0)
            return true;
        std::optional<double> cpu;
        if (idle_before && idle_after && report.run.executed) {
            const double all = static_cast<double>(ended - began) * static_cast<double>(topology_.online.size());
            const double idle = static_cast<double>(*idle_after) - static_cast<double>(*idle_before);
            cpu = std::max(0.0, all - idle) / static_cast<double>(report.run.executed);
        }
        for (size_t i = 0; i < cell.rows.size() && i < report.workqueues.size(); i++)
            cell.rows[i].rounds.push_back({pass, began - begun_, figures_of(report.workqueues[i], cpu)});
        return true;
    }

    void say(unsigned pass, size_t turn)
    {
        const Plan& plan = result_.plan;
        std::string tail = pass ? fmt::format(" pass {}", pass) : " warming up";
        tail += fmt::format(", cell {} of {}", turn + 1, plan.cells.size());
        double done = 0;
        if (width_)
            tail += fmt::format(", widest +-{:.1f}%", *width_ * 100);
        if (plan.rounds) {
            const auto all = static_cast<double>((*plan.rounds + 1) * plan.cells.size());
            const auto so_far = static_cast<double>(pass * plan.cells.size() + turn);
            done = so_far / all;
            if (done > 0.02)
                tail += left(static_cast<double>(elapsed()) * (1 - done) / done);
        }
        if (plan.budget_ns) {
            const auto share = static_cast<double>(elapsed()) / static_cast<double>(*plan.budget_ns);
            if (share > done || !plan.rounds) {
                done = share;
                tail += left(static_cast<double>(*plan.budget_ns) * std::max(0.0, 1 - share));
            }
        }
        progress_.say(progress_bar(done, tail, progress_.style()));
    }

    static std::string left(double ns) { return fmt::format(", {:.0f}s left at most", ns / 1e9); }

    uint64_t elapsed() const { return monotonic_ns() - begun_; }

    BenchResult finish(EndOfBench end)
    {
        progress_.clear();
        result_.end = end;
        result_.elapsed_ns = elapsed();
        return std::move(result_);
    }

    Runs runs_;
    Events events_;
    Interrupts interrupts_;
    const Info& info_;
    const Topology& topology_;
    Progress progress_;
    RunProgress quiet_;  // a round has no line of its own
    uint64_t begun_;
    uint64_t longest_pass_ = 0;
    std::optional<double> width_;  // the widest, after the last pass
    EndOfBench end_ = EndOfBench::kBudget;
    BenchResult result_;
};

}  // namespace

Figures figures_of(const WorkqueueReport& workqueue, const std::optional<double>& cpu_ns_per_item)
{
    const auto quantile = [&](uint32_t which, double fraction) -> std::optional<double> {
        const Latency& latency = workqueue.latency[which];
        if (latency.empty())
            return {};
        return latency.quantile(fraction);
    };
    return {workqueue.items_per_s(), quantile(WQLAB_LATENCY_WAIT, 0.5), quantile(WQLAB_LATENCY_WAIT, 0.99),
            quantile(WQLAB_LATENCY_QUEUE_CALL, 0.5), cpu_ns_per_item};
}

BenchResult measure(Plan plan, Lab& lab, const Info& info, const Topology& topology, bool with_progress)
{
    return Bench(std::move(plan), lab, info, topology, with_progress).run();
}

}  // namespace wqctl
