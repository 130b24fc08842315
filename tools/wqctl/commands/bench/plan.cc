// SPDX-License-Identifier: GPL-2.0
#include "commands/bench/plan.hh"

#include <algorithm>
#include <random>

#include <fmt/core.h>

#include "commands/bench/presets.hh"
#include "scenario/file.hh"
#include "scenario/validate.hh"
#include "text/choose.hh"
#include "text/error.hh"
#include "text/share.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

constexpr uint64_t kDefaultBudget = 60'000'000'000;

// With the words of a flag or a preset: which kind is meant by "percpu" is said by WQ_PERCPU where that is.
void adapt(Scenario& scenario, const Info& info)
{
    for (WorkqueueSpec& workqueue : scenario.workqueues)
        if (workqueue.flags & WQLAB_WQ_PERCPU && !(info.wq_flags & WQLAB_WQ_PERCPU))
            workqueue.flags &= ~uint32_t{WQLAB_WQ_PERCPU};
}

uint64_t parse_rounds(const std::string& text)
{
    const uint64_t rounds = parse_count(text);
    if (rounds < 2 || rounds > 1'000'000)
        throw Error::usage(fmt::format("{} is not 2 to 1000000", rounds));
    return rounds;
}

template <typename Parse>
auto of_flag(const char* flag, const std::string& text, Parse parse)
{
    try {
        return parse(text);
    } catch (const Error& error) {
        throw error.within(flag);
    }
}

// A warm-up and two rounds of each cell.
void check_budget(const Plan& plan)
{
    if (!plan.budget_ns || !plan.round_ns)
        return;
    const uint64_t least = 3 * plan.cells.size() * (*plan.round_ns + kBetweenRounds);
    if (*plan.budget_ns < least)
        throw Error::usage(
            fmt::format("--budget {} is too small: a warm-up and two rounds of {}, {} each, take {}; use that or "
                        "more, or fewer cells",
                        exact_time(*plan.budget_ns), counted(plan.cells.size(), "cell"),
                        human_time(*plan.round_ns, Charset::kAscii), human_time(least, Charset::kAscii)));
}

size_t baseline_of(const BenchFlags& flags, const Plan& plan)
{
    if (!flags.baseline)
        return 0;
    std::vector<std::string_view> names;
    for (const BenchCell& cell : plan.cells)
        names.push_back(cell.cell.name);
    return of_flag("--baseline", *flags.baseline,
                   [&](const std::string& word) { return choose_place(word, names, "cell"); });
}

}  // namespace

VariedScenario varied_from(const BenchFlags& flags, const Topology& topology)
{
    if (flags.run.preset && flags.run.file)
        throw Error::usage(
            fmt::format("--preset and the scenario file \"{}\" exclude each other; give one", *flags.run.file));
    VariedScenario what;
    if (flags.run.preset) {
        what = bench_preset(*flags.run.preset, topology);
        what.scenario = overridden(std::move(what.scenario), flags.run, "preset");
    } else if (flags.run.file) {
        what = load_varied(*flags.run.file);
        what.scenario = overridden(std::move(what.scenario), flags.run, "scenario file");
    } else {
        what.scenario = scenario_from(flags.run);
    }
    for (const std::string& text : flags.vary) {
        Axis axis = parse_axis(text);
        const auto same = std::find_if(what.axes.begin(), what.axes.end(),
                                       [&](const Axis& a) { return a.key == axis.key; });
        if (same != what.axes.end() && (flags.run.preset || flags.run.file))
            *same = std::move(axis);
        else
            what.axes.push_back(std::move(axis));
    }
    return what;
}

Plan limits_of(const BenchFlags& flags)
{
    Plan plan;
    plan.precision = of_flag("--precision", flags.precision, parse_share);
    if (flags.rounds)
        plan.rounds = static_cast<unsigned>(of_flag("--rounds", *flags.rounds, parse_rounds));
    if (flags.budget)
        plan.budget_ns = of_flag("--budget", *flags.budget, parse_seconds);
    else if (!flags.rounds)
        plan.budget_ns = kDefaultBudget;
    plan.seed = flags.order_seed ? of_flag("--order-seed", *flags.order_seed, parse_count) : std::random_device()();
    return plan;
}

Plan plan_bench(const BenchFlags& flags, const VariedScenario& what, const Info& info, const Topology& topology)
{
    Plan plan = limits_of(flags);
    std::optional<Error> first;
    for (Cell& cell : cells_of(what.scenario, what.axes)) {
        adapt(cell.scenario, info);
        try {
            validate(resolve(cell.scenario), topology, &info);
            plan.cells.push_back(BenchCell::of(std::move(cell)));
        } catch (const Error& error) {
            if (!first)
                first = error;
            plan.left_out.push_back({cell.name, error.message});
        }
    }
    if (plan.cells.empty())
        throw *first;
    plan.baseline = baseline_of(flags, plan);

    // A round of its own length, or of as many items; or what there is time for.
    const bool timed = std::any_of(plan.cells.begin(), plan.cells.end(),
                                   [](const BenchCell& cell) { return !cell.cell.scenario.items; });
    for (BenchCell& cell : plan.cells) {
        Scenario& scenario = cell.cell.scenario;
        if (!scenario.duration && !scenario.items)
            scenario.duration = round_length(plan.budget_ns, plan.cells.size());
        if (timed)
            plan.round_ns = std::max(plan.round_ns.value_or(0), scenario.duration.value_or(0));
        scenario = resolve(std::move(scenario));
    }
    check_budget(plan);
    return plan;
}

}  // namespace wqctl
