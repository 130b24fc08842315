// SPDX-License-Identifier: GPL-2.0
// How a load is replayed, and what is made of rounds.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "commands/advise/advised.hh"
#include "commands/advise/flags.hh"
#include "commands/advise/plan.hh"
#include "scenario/validate.hh"
#include "unit/args/parsed.hh"
#include "unit/commands/advise/candidates.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

// Each candidate with its factor on the goal's figure, in a machine that is slower by half in every second pass.
Advised measured(Profile profile, Goal goal, const std::vector<std::pair<std::string, double>>& factors,
                 unsigned passes = 12)
{
    Advised advised;
    advised.kernel = "6.12.0";
    advised.cpus = "0-7";
    advised.info = info_612();
    advised.profile = std::move(profile);
    advised.plan.goal = goal;
    advised.candidates = candidates(advised.profile);
    BenchResult result;
    result.plan = plan_replay(advised.profile, advised.candidates, advised.plan, advised.info, two_sockets());
    result.passes = passes;
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 0.02);
    for (unsigned pass = 1; pass <= passes; pass++)
        for (size_t i = 0; i < result.plan.cells.size(); i++) {
            double factor = pass % 2 ? 1 : 2;
            for (const auto& [name, its] : factors)
                if (advised.candidates.tried[i].name == name)
                    factor *= its;
            const auto wait = [&] { return 20e3 * factor * std::exp(noise(random)); };
            auto& rows = result.plan.cells[i].rows;
            REQUIRE(rows.size() == kReplayRows);
            rows[kLoadRow].rounds.push_back({pass, pass * 1000, {1000, wait(), wait(), 2.5e3, 50e3}});
            rows[kBystanderRow].rounds.push_back({pass, pass * 1000, {1000, wait(), wait(), 2.5e3, 50e3}});
            // A highpri load moves out of the way of the one, and into that of the other.
            factor = (pass % 2 ? 1 : 2) * (advised.candidates.tried[i].is(WQLAB_WQ_HIGHPRI) ? 1 : 0.01);
            rows[kHighpriBystanderRow].rounds.push_back({pass, pass * 1000, {1000, wait(), wait(), 2.5e3, 50e3}});
        }
    advised.bench = std::move(result);
    advised.advice = judge(advised.candidates, *advised.bench, goal, advised.profile, false);
    return advised;
}

ReplayPlan plan_for(Goal goal, double share)
{
    ReplayPlan plan;
    plan.goal = goal;
    plan.share = share;
    return plan;
}

std::string text_of(const Advised& advised, const std::string& what)
{
    std::string text;
    for (const Sentence& one : answer(advised, Charset::kAscii))
        if (one.title == what)
            text += one.text;
    return text;
}

}  // namespace

TEST_CASE("a replay has the load's rate, times and places")
{
    Profile profile = made_up_profile(0, 10'000);
    const Candidates all = candidates(profile);
    const Scenario scenario = replay(profile, all.tried.front(), {}, two_sockets());
    REQUIRE(scenario.issuers.size() == 1 + 16);  // and two bystanders, on each CPU from its neighbour
    for (const size_t first : {1u, 9u}) {
        CHECK(*scenario.issuers[first].queue_on == 0);
        CHECK(*scenario.issuers[first].cpus == CpuList{1});
    }
    CHECK(scenario.issuers[1].workqueues == std::vector{scenario.workqueues[kBystanderRow].name});
    CHECK(scenario.issuers[9].workqueues == std::vector{scenario.workqueues[kHighpriBystanderRow].name});
    CHECK(scenario.workqueues[kHighpriBystanderRow].flags == WQLAB_WQ_HIGHPRI);
    const IssuerSpec& load = scenario.issuers[0];
    CHECK(*load.rate == Approx(1000));
    CHECK(load.poisson);
    CHECK(*load.cpus == CpuList{0, 1});
    CHECK(load.body == WQLAB_BODY_SPIN);
    CHECK(load.time.kind == WQLAB_DIST_QUANTILES);
    // The mean is the load's.
    double mean = 0;
    for (size_t i = 1; i < load.time.quantiles.size(); i++)
        mean += static_cast<double>(load.time.quantiles[i - 1] + load.time.quantiles[i]) / 2 / 16;
    CHECK(mean == Approx(profile.run.mean()).epsilon(0.01));

    profile.dispersion = 30;
    const IssuerSpec bursts = replay(profile, all.tried.front(), {}, two_sockets()).issuers[0];
    CHECK(bursts.mode == WQLAB_MODE_BURST);
    CHECK(*bursts.burst * bursts.threads == Approx(profile.burst()).margin(2));
    CHECK(*bursts.burst * bursts.threads * 1e9 / static_cast<double>(*bursts.every) == Approx(1000).epsilon(0.01));

    // Half of the time asleep: half of the items sleep.
    profile = made_up_profile(0, 10'000);
    profile.functions[0].asleep = 50;
    const Scenario both = replay(profile, all.tried.front(), {}, two_sockets());
    REQUIRE(both.issuers.size() == 2 + 16);
    CHECK(both.issuers[0].body == WQLAB_BODY_SPIN);
    CHECK(both.issuers[1].body == WQLAB_BODY_SLEEP);
    CHECK(*both.issuers[0].rate + *both.issuers[1].rate == Approx(1000));

    for (const Goal goal : {Goal::kLatency, Goal::kThroughput, Goal::kIsolation})
        for (const Candidate& candidate : all.tried) {
            INFO(candidate.name);
            const Profile spins = made_up_profile(0, 10'000);
            Scenario one = replay(spins, candidate, plan_for(goal, 0.5), two_sockets());
            validate(resolve(std::move(one)), two_sockets(), nullptr);
        }
}

TEST_CASE("of many CPUs the hot one stays hot")
{
    Profile profile = made_up_profile(0, 10'000);
    profile.ran_on = {{0, 9300}};
    for (uint32_t cpu = 1; cpu < 8; cpu++)
        profile.ran_on[cpu] = 100;
    const Scenario scenario = replay(profile, candidates(profile).tried.front(), {}, two_sockets());
    REQUIRE(scenario.issuers.size() == 5 + 16);
    CHECK(*scenario.issuers[0].cpus == CpuList{0});
    CHECK(*scenario.issuers[0].rate == Approx(930).epsilon(0.01));
    CHECK(scenario.issuers[4].cpus->size() == 4);
}

TEST_CASE("what queues itself is replayed so, where it was, and not from outside")
{
    Profile profile = made_up_profile(0, 1'000'000, 9'800);
    profile.pending = {};
    profile.least = 1;
    profile.ran_on = {{3, 9'800}};
    CHECK(profile.arrival() == Arrival::kLoop);
    for (const Goal goal : {Goal::kLatency, Goal::kThroughput, Goal::kIsolation}) {
        const ReplayPlan plan = plan_for(goal, 0.5);
        const Scenario scenario = replay(profile, candidates(profile).tried.front(), plan, two_sockets());
        REQUIRE(scenario.issuers.size() == 1 + 16);
        const IssuerSpec& load = scenario.issuers[0];
        CHECK(load.mode == WQLAB_MODE_CHAIN);
        CHECK(*load.links == WQLAB_LIMIT_LINKS);
        CHECK(load.threads * *load.depth == 1);
        CHECK(*load.cpus == CpuList{3});
        CHECK(load.body == WQLAB_BODY_SPIN);
        validate(resolve(scenario), two_sockets(), nullptr);
        CHECK(expected_share(profile, plan, two_sockets()) == Approx(profile.cpus_busy() / 8));
        CHECK_THAT(limitations(profile, plan, two_sockets()).at(0), Catch::Contains("1 item queued again"));
    }
    // Ten, of which two thirds on CPU 3.
    profile.pending = made_up_profile(0, 9'000'000, 9'800).run;
    profile.least = 12;
    profile.ran_on = {{0, 1'000}, {3, 6'000}, {4, 2'000}};
    const Scenario ten = replay(profile, candidates(profile).tried.front(), {}, two_sockets());
    unsigned all = 0;
    for (const IssuerSpec& issuer : ten.issuers)
        if (issuer.mode == WQLAB_MODE_CHAIN)
            all += issuer.threads * *issuer.depth;
    CHECK(all == 12);
    CHECK(ten.issuers[0].threads * *ten.issuers[0].depth == 8);
}

TEST_CASE("isolated CPUs are left alone, and it is said")
{
    Topology topology = two_sockets();
    topology.isolated = {1, 6, 7};
    const Profile profile = made_up_profile(0, 10'000);
    for (const Goal goal : {Goal::kLatency, Goal::kThroughput}) {
        const ReplayPlan plan = plan_for(goal, 1);
        for (const IssuerSpec& issuer : replay(profile, candidates(profile).tried.front(), plan, topology).issuers) {
            for (const uint32_t cpu : *issuer.cpus)
                CHECK((cpu != 1 && cpu < 6));
            CHECK(issuer.queue_on.value_or(0) < 6);
        }
    }
    CHECK_THAT(limitations(profile, {}, topology).at(0), Catch::Contains("50% of the items ran on others"));
}

TEST_CASE("throughput has no more under way than --share has CPUs for")
{
    Profile profile = made_up_profile(0, 10'000);
    profile.peak = 64;
    const ReplayPlan half = plan_for(Goal::kThroughput, 0.5);
    for (const Candidate& one : candidates(profile).tried) {
        const IssuerSpec load = replay(profile, one, half, two_sockets()).issuers[0];
        CHECK(load.threads * *load.depth <= 4);
    }
    CHECK_THAT(limitations(profile, half, two_sockets()).at(0), Catch::Contains("allows 4 of its items"));
    // Asleep they take nothing.
    profile.functions[0].asleep = 100;
    const IssuerSpec asleep = replay(profile, candidates(profile).tried.front(), half, two_sockets()).issuers[0];
    CHECK(asleep.threads * *asleep.depth == 64);
    CHECK(limitations(profile, half, two_sockets()).empty());
}

TEST_CASE("a scenario is replayed as it is written")
{
    ReplayPlan plan;
    plan.file.emplace();
    plan.file->workqueues.resize(1);
    IssuerSpec issuer;
    issuer.threads = 3;
    plan.file->issuers = {issuer};
    const Profile profile = made_up_profile(0, 10'000);
    const Scenario scenario = replay(profile, candidates(profile).tried.front(), plan, two_sockets());
    REQUIRE(scenario.issuers.size() == 1 + 16);
    CHECK(scenario.issuers[0].threads == 3);
    CHECK(scenario.issuers[0].workqueues == std::vector<std::string>{"load"});
}

TEST_CASE("a load that is too heavy, and a budget that is too small, are refused")
{
    Profile heavy = made_up_profile(0, 8'000'000);
    heavy.functions[0].seen = 0;
    const ReplayPlan half = plan_for(Goal::kLatency, 0.5);
    CHECK_THAT(error_of([&] { check_share(heavy, half, two_sockets()); }), Catch::Contains("more than --share 50%"));
    check_share(made_up_profile(0, 100'000), half, two_sockets());
    // Asleep it takes nothing.
    heavy.functions[0] = {"mine_fn", heavy.run, 100, 95};
    check_share(heavy, half, two_sockets());

    const Profile profile = made_up_profile(0, 10'000);
    Candidates all = candidates(profile);
    ReplayPlan small = half;
    small.budget_ns = 1'000'000'000;
    const auto planned = [&] { plan_replay(profile, all, small, info_612(), two_sockets()); };
    CHECK_THAT(error_of(planned), Catch::Contains("--budget 1s is too small"));
    small.rounds = 2;
    CHECK_THAT(error_of(planned), Catch::Contains("--rounds 2 are too few"));
    // So often whatever the budget.
    small.rounds = 20;
    CHECK(plan_replay(profile, all, small, info_612(), two_sockets()).least_rounds == 20u);
    CHECK(expected_share(profile, plan_for(Goal::kThroughput, 0.5), two_sockets()) == 0.5);
}

TEST_CASE("an obviously better candidate is the answer, with what it wins and costs")
{
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kIsolation, {{"unbound", 0.1}});
    REQUIRE(advised.advice->best);
    CHECK(advised.candidates.tried[*advised.advice->best].name == "unbound");
    CHECK(text_of(advised, "write") == "alloc_workqueue(\"mine\", WQ_UNBOUND, 0)");
    CHECK_THAT(text_of(advised, "wins"), Catch::StartsWith("p99 wait of others -"));
    CHECK_THAT(text_of(advised, "only if"), Catch::Contains("the CPU where they were queued"));
    const Effect& effect = *advised.advice->candidates[*advised.advice->best].effects[kBystanderTail];
    REQUIRE(effect.interval);
    CHECK(effect.interval->low < 0.1);
    CHECK(effect.interval->high > 0.1);
    CHECK(effect.ratio == Approx(0.1).epsilon(0.05));
}

TEST_CASE("of what can't be told apart, what changes least")
{
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kLatency,
                                     {{"per-CPU highpri", 0.5}, {"unbound smt", 0.5}, {"BH highpri", 0.5}});
    REQUIRE(advised.advice->best);
    CHECK(advised.candidates.tried[*advised.advice->best].name == "per-CPU highpri");
}

TEST_CASE("of what can be told apart, the best, however little changes for the other")
{
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kLatency,
                                     {{"per-CPU highpri", 0.85}, {"unbound smt", 0.2}});
    REQUIRE(advised.advice->best);
    CHECK(advised.candidates.tried[*advised.advice->best].name == "unbound smt");
}

TEST_CASE("better is what is surely better by so much, not what surely differs and seems to be")
{
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kLatency, {{"unbound", 0.945}}, 14);
    for (const JudgedCandidate& one : advised.advice->candidates)
        if (one.candidate->name == "unbound")
            CHECK(one.p_corrected < 0.05);
    CHECK_FALSE(advised.advice->best);
}

TEST_CASE("nothing is said to have been visible that could not have been the answer")
{
    // Six rounds of eight candidates: one that is alone better can't be sure.
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kLatency, {{"unbound", 0.5}}, 6);
    CHECK_FALSE(advised.advice->best);
    CHECK_FALSE(advised.advice->would_be_seen);
    CHECK_THAT(text_of(advised, "answer"), Catch::Contains("so few rounds"));
    CHECK(least_rounds(1) == 6);
    CHECK(least_rounds(8) == 9);
}

TEST_CASE("a load that moves from the one priority to the other wins nothing: the bystander that fares worse counts")
{
    const Advised advised = measured(made_up_profile(0, 10'000), Goal::kIsolation, {{"per-CPU highpri", 0.1}});
    CHECK(any(advised.candidates, [](const Candidate& one) { return one.is(WQLAB_WQ_HIGHPRI); }));
    CHECK_FALSE(advised.advice->best);
    const auto& candidates = advised.advice->candidates;
    const auto highpri = std::find_if(candidates.begin(), candidates.end(),
                                      [](const auto& one) { return one.candidate->name == "per-CPU highpri"; });
    REQUIRE(highpri != candidates.end());
    CHECK(highpri->effects[kBystanderTail]->ratio == Approx(1).epsilon(0.05));
    CHECK_THAT(conditions_for(advised.profile, *highpri->candidate).front(), Catch::Contains("nice -20"));
}

TEST_CASE("where there is nothing to try, that is the answer")
{
    Advised advised = measured(made_up_profile(WQLAB_WQ_ORDERED | WQLAB_WQ_UNBOUND, 10'000), Goal::kIsolation, {});
    // As if this kernel had refused the other.
    REQUIRE(advised.candidates.tried.size() == 2);
    advised.candidates.tried.pop_back();
    advised.bench->plan.cells.pop_back();
    advised.advice = judge(advised.candidates, *advised.bench, Goal::kIsolation, advised.profile, false);
    CHECK_FALSE(advised.advice->best);
    CHECK_THAT(text_of(advised, "answer"), Catch::Contains("nothing else that could be tried"));
}

TEST_CASE("no difference is an answer, and so is one that is not worth it")
{
    for (const double factor : {1.0, 0.97}) {
        const Advised advised = measured(made_up_profile(0, 10'000), Goal::kLatency, {{"unbound", factor}}, 40);
        CHECK_FALSE(advised.advice->best);
        CHECK_THAT(text_of(advised, "answer"), Catch::Contains("leave it as it is"));
        REQUIRE(advised.advice->would_be_seen);
        CHECK(*advised.advice->would_be_seen < 0.1);
    }
    // Too few rounds to be sure of anything.
    CHECK_FALSE(measured(made_up_profile(0, 10'000), Goal::kLatency, {{"unbound", 0.5}}, 3).advice->best);
}

TEST_CASE("of few items a round the median is looked at")
{
    CHECK(figure_of(Goal::kLatency, 1000) == kTailWait);
    CHECK(figure_of(Goal::kLatency, 20) == kMedianWait);
    CHECK(figure_of(Goal::kIsolation, 1000) == kBystanderTail);
    CHECK(figure_of(Goal::kThroughput, 20) == kItemsFigure);
}

TEST_CASE("an advice fits its schema, and a terminal")
{
    Advised only_described = measured(made_up_profile(WQLAB_WQ_UNBOUND, 10'000), Goal::kLatency, {});
    only_described.bench.reset();
    only_described.advice.reset();
    Advised refused = measured(made_up_profile(0, 10'000), Goal::kThroughput, {});
    refused.bench->plan.cells[1].error = "the kernel refused it";
    refused.advice = judge(refused.candidates, *refused.bench, Goal::kThroughput, refused.profile, false);
    refused.profile.victims = {{"events", "late_fn", 12, 5'000'000}};
    refused.profile.dispersion.reset();
    refused.caveats = {"these are 12 items"};
    const Advised best = measured(made_up_profile(0, 10'000), Goal::kIsolation, {{"unbound smt", 0.1}});
    CHECK(text_of(best, "and set") == "echo smt > /sys/devices/virtual/workqueue/mine/affinity_scope");
    for (const Advised* one : std::vector<const Advised*>{&only_described, &refused, &best}) {
        CHECK(violations(load_schema("advise"), advice_to_json(*one)) == std::vector<std::string>{});
        for (const unsigned width : {80u, 120u})
            CHECK(widest(render_advice(*one, plain(width))) <= width);
    }
    CHECK_THAT(render_advice(refused, plain(120)), Catch::Contains("late_fn of events waited behind it at 12 of 500"));
    CHECK_THAT(render_advice(only_described, plain(120)), Catch::Contains("would try"));
}

TEST_CASE("flags of advise")
{
    CHECK(parsed<AdviseFlags>({"kblockd"}).most_share() == 0.5);
    CHECK(parsed<AdviseFlags>({"mine.json"}).most_share() == 1);
    CHECK_FALSE(parsed<AdviseFlags>({"xfs-buf/vda"}).is_file());
    CHECK(parsed<AdviseFlags>({"./mine"}).is_file());
    CHECK(parsed<AdviseFlags>({"x", "-d", "5"}).duration_ns() == 5'000'000'000);
    CHECK(parsed<AdviseFlags>({"x", "--sleeps", "no"}).sleeps == Sleeps::kNever);
    CHECK_THAT(error_of([] {
                   parsed<AdviseFlags>({"x", "--share", "0%"}).most_share();
               }),
               Catch::Contains("1% to 100%"));
    CHECK(parsed<AdviseFlags>({"x", "--rounds", "16"}).least_rounds() == 16u);
    CHECK_THAT(error_of([] {
                   parsed<AdviseFlags>({"x", "--rounds", "1"}).least_rounds();
               }),
               Catch::Contains("--rounds 1 is not"));
    CHECK_THAT(error_of([] { parsed<AdviseFlags>({"x", "--budget", "0"}).budget_ns(); }), Catch::Contains("--budget"));
    CHECK_THAT(error_of([] { parsed<AdviseFlags>({"x", "--goal", "speed"}); }), Catch::Contains("latency"));
}
