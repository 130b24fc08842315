// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr const char* kThreshold = "/sys/module/workqueue/parameters/cpu_intensive_thresh_us";
constexpr uint64_t kOutOfReachUs = 100'000'000;  // no item of ours spins for so long
constexpr uint64_t kKernelsUs = 10'000;          // its own on a fast machine
constexpr uint64_t kMostUs = 200'000;            // items that spin four times that are within the module's limit
constexpr uint32_t kItems = 3;

// What is seen of items that spin.
struct Spin {
    uint64_t threshold_us = 0;
    size_t running = 0;
    size_t pending = 0;
    uint64_t intensive = 0;
    uint64_t wakeups = 0;  // these items never sleep: by the tick
    bool flagged = false;  // a worker that is CPU_INTENSIVE
    uint32_t most = 0;     // at once on the CPU, of all the time
};

Spin look_at(const Snapshot& s, uint32_t workqueue)
{
    const auto workers = executing(s, workqueue);
    Spin spin;
    spin.threshold_us = s.head.cpu_intensive_thresh_us;
    spin.running = workers.size();
    spin.pending = waiting(s, workqueue, WQLAB_WORK_PENDING);
    spin.intensive = stat(s, workqueue, WQLAB_PWQ_STAT_CPU_INTENSIVE);
    spin.wakeups = stat(s, workqueue, WQLAB_PWQ_STAT_CM_WAKEUP);
    spin.flagged = std::any_of(workers.begin(), workers.end(), [](const wqlab_snap_worker& worker) {
        return worker.flags & WQLAB_WORKER_CPU_INTENSIVE;
    });
    return spin;
}

Spin spin_until(Bench& bench, uint32_t cpu, uint64_t ns,
                const std::function<bool(const Spin&, uint64_t completed)>& condition)
{
    Load load(bench, {own("spin")}, {spinners("spin", kItems, {cpu}, ns)});
    load.start();
    Spin spin;
    bench.await([&](const Snapshot& s) {
        spin = look_at(s, load.in(s));
        return condition(spin, stat(s, load.in(s), WQLAB_PWQ_STAT_COMPLETED));
    });
    spin.most = load.stop().workqueues.front().max_concurrency;
    return spin;
}

}  // namespace

void explain_spinning(Bench& bench, Explanation& e)
{
    e.answer =
        "The others of its per-CPU pool wait: its worker counts as running, and one is enough. But when an item has "
        "used the CPU "
        "for longer than cpu_intensive_thresh_us without a sleep, the tick marks its worker CPU_INTENSIVE, which no "
        "longer counts, "
        "and another worker is woken for the next item. The scheduler then shares the CPU among the two, if the kernel "
        "can be "
        "preempted; else the next one begins where the spinning item lets the scheduler in. The function goes into the "
        "table "
        "of hogs. WQ_CPU_INTENSIVE says so from the start; WQ_UNBOUND avoids the question.";
    e.because = {
        {"need_more_worker", "nr_running is not 0: nobody is woken"},
        {"wq_worker_tick",
         "sum_exec_runtime - current_at beyond the threshold: worker_set_flags(WORKER_CPU_INTENSIVE), kick_pool()"},
        {"process_one_work", "takes the mark off when the item is done"},
    };

    const Snapshot machine = bench.look();
    const uint32_t cpu = machine.cpus(machine.head.online_cpus).back();
    const uint64_t own_us = machine.head.cpu_intensive_thresh_us;
    Spin below;
    {
        const KeptValue threshold = bench.change(kThreshold, std::to_string(kOutOfReachUs));
        below = spin_until(bench, cpu, 100'000'000, [](const Spin& spin, uint64_t completed) {
            return completed >= kItems && spin.running == 1 && spin.pending > 0;
        });
    }
    Spin above;
    const auto marked = [](const Spin& spin, uint64_t) {
        return spin.flagged && spin.intensive > 0 && spin.wakeups > 0;
    };
    if (own_us == 0 || own_us > kMostUs) {
        const KeptValue threshold = bench.change(kThreshold, std::to_string(kKernelsUs));
        above = spin_until(bench, cpu, 4000 * kKernelsUs, marked);
    } else {
        above = spin_until(bench, cpu, 4000 * own_us, marked);
    }

    e.done.push_back(
        fmt::format("Queued {} items that spin, again and again, on a per-CPU workqueue from CPU {}: first with "
                    "cpu_intensive_thresh_us set so high that no item gets there, then with {}.",
                    kItems, cpu, above.threshold_us == own_us ? "the value that it had" : "a usual one"));
    e.before = "below it";
    e.after = "above it";
    e.see("cpu_intensive_thresh_us", below.threshold_us, above.threshold_us);
    e.see("items that spin", below.running, above.running);
    e.see("items pending behind them", below.pending, above.pending);
    e.see("the most at once on that CPU", below.most, above.most);
    e.see("cpu_intensive", below.intensive, above.intensive);
    e.see("cm_wakeup", below.wakeups, above.wakeups);
    e.state(below.running == 1 && below.pending > 0 && below.most == 1 && below.intensive == 0,
            "Below the threshold an item that spins lets no other of its pool begin.");
    e.state(above.flagged && above.intensive > 0, "Above it its worker is marked CPU_INTENSIVE.");
    e.state(above.wakeups > 0, "Then another worker is woken for the next item, though none of these items sleeps.");
}

}  // namespace wqctl
