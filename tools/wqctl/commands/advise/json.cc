// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/advised.hh"
#include "scenario/file.hh"
#include "snapshot/names.hh"
#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

void write_times(JsonWriter& j, const char* name, const Latency& times)
{
    j.object(name, [&] {
        j.member("count", times.count);
        j.member("mean_ns", times.mean());
        j.member("p50_ns", times.quantile(0.5));
        j.member("p90_ns", times.quantile(0.9));
        j.member("p99_ns", times.quantile(0.99));
        j.member("max_ns", times.max);
    });
}

const char* word(Sleeps sleeps)
{
    return sleeps == Sleeps::kSometimes ? "yes" : sleeps == Sleeps::kNever ? "no" : "unknown";
}

const char* word(Arrival arrival)
{
    switch (arrival) {
    case Arrival::kEven: return "even";
    case Arrival::kRandom: return "random";
    case Arrival::kBursts: return "bursts";
    case Arrival::kLoop: break;
    }
    return "loop";
}

void write_subject(JsonWriter& j, const Subject& subject)
{
    j.object("workqueue", [&] {
        j.member("name", subject.name);
        j.member("kind", wq_type_name(subject.flags));
        j.member("flags", flags_to_names(subject.flags));
        j.member("max_active", subject.max_active);
        j.member_if(!subject.scope.empty(), "scope", subject.scope);
        j.member_if(subject.cpumask.has_value(), "cpumask", format_cpu_list(subject.cpumask.value_or(CpuList())));
        j.member("live", subject.is_live);
    });
}

void write_profile(JsonWriter& j, const Profile& profile)
{
    write_subject(j, profile.subject);
    j.object("load", [&] {
        j.member("elapsed_ns", profile.elapsed_ns);
        j.member("looks", profile.looks);
        j.member("between_looks_ns", profile.between_looks_ns);
        j.member("items", profile.items());
        j.member("rate", profile.rate());
        j.member("arrival", word(profile.arrival()));
        j.member("dispersion", profile.dispersion);
        j.member("burst", profile.burst());
        j.member("sleeps", word(profile.sleeps()));
        j.member("running", profile.running());
        j.member("in_flight", profile.in_flight());
        j.member("peak", profile.peak);
        j.member("cpus_busy", profile.cpus_busy());
        write_times(j, "run", profile.run);
        write_times(j, "pending", profile.pending);
        write_times(j, "inactive", profile.inactive);
        j.objects("functions", profile.functions, [&](const FunctionLoad& one) {
            j.member("function", one.name);
            write_times(j, "run", one.run);
            j.member("seen", one.seen);
            j.member("asleep", one.asleep);
            j.member("sleeps", word(one.sleeps()));
        });
        j.array("ran_on", [&] {
            for (const auto& one : profile.ran_on)
                j.object([&] {
                    j.member("cpu", one.first);
                    j.member("items", one.second);
                });
        });
        j.member("hogging_looks", profile.hogging);
        j.objects("victims", profile.victims, [&](const Victim& one) {
            j.member("workqueue", one.workqueue);
            j.member("function", one.function);
            j.member("looks", one.looks);
            j.member("pending_p99_ns", one.pending_p99);
        });
        j.member("lost", profile.lost);
        j.member("share_lost", profile.share_lost);
        j.member("unrecorded", profile.unrecorded);
        j.member("probe_ns_per_item", profile.probe_ns_per_item);
    });
}

void write_candidate(JsonWriter& j, const Advised& advised, const Candidate& candidate, const JudgedCandidate* judged)
{
    const Subject& subject = advised.profile.subject;
    j.member("name", candidate.name);
    j.member("flags", flags_to_names(candidate.spec.flags));
    j.member("max_active", candidate.spec.max_active);
    j.member("scope", candidate.spec.scope);
    j.member("call", call_for(subject, candidate, advised.info));
    j.objects("attributes", attributes_for(subject, candidate), [&](const FileValue& file) {
        j.member("file", file.path);
        j.member("value", file.value);
    });
    j.member("settable", is_settable(subject, candidate));
    j.member("conditions", conditions_for(advised.profile, candidate));
    if (!judged)
        return;
    j.member_if(!judged->error.empty(), "error", judged->error);
    j.member("better", judged->is_better);
    j.member("p_corrected", judged->p_corrected);
    for (size_t f = 0; f < kFigures.size(); f++) {
        const auto& effect = judged->effects[f];
        if (!effect) {
            j.member(kFigures[f].key, nullptr);
            continue;
        }
        j.object(kFigures[f].key, [&] {
            j.member("median", effect->median);
            j.member("ratio", effect->ratio);
            j.member_if(effect->interval.has_value(), "low", effect->interval ? effect->interval->low : 0);
            j.member_if(effect->interval.has_value(), "high", effect->interval ? effect->interval->high : 0);
            j.member("p", effect->p);
        });
    }
}

void write_replay(JsonWriter& j, const Advised& advised)
{
    if (!advised.bench) {
        j.member("replay", nullptr);
        return;
    }
    j.object("replay", [&] {
        const BenchResult& bench = *advised.bench;
        j.member("elapsed_ns", bench.elapsed_ns);
        j.member("passes", bench.passes);
        j.member("interrupted", bench.end == EndOfBench::kInterrupt);
        j.member("round_ns", bench.plan.round_ns);
        j.member("order_seed", bench.plan.seed);
        j.member("broken_promises", bench.broken);
        j.key("scenario");
        write_scenario(j, bench.plan.cells.front().cell.scenario);
        const auto& like = advised.advice->likeness;
        if (!like) {
            j.member("likeness", nullptr);
            return;
        }
        j.object("likeness", [&] {
            j.member("measured_p50_ns", like->measured_p50);
            j.member("replayed_p50_ns", like->replayed_p50);
            j.member("measured_p99_ns", like->measured_p99);
            j.member("replayed_p99_ns", like->replayed_p99);
            j.member("doubtful", like->is_doubtful());
        });
    });
}

}  // namespace

std::string advice_to_json(const Advised& advised)
{
    const auto& advice = advised.advice;
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/advise/1");
        j.member("kernel", advised.kernel);
        j.member("cpus", advised.cpus);
        j.member("replay_cpus", advised.replay_cpus);
        j.member("goal", name_of(advised.plan.goal, kGoals));
        j.member("budget_ns", advised.plan.budget_ns);
        j.member("share", advised.plan.share);
        j.member("expected_share", advised.expected_share);
        write_profile(j, advised.profile);
        j.member("caveats", advised.caveats);
        write_replay(j, advised);
        const bool is_found = advice && advice->best;
        j.member_if(advice.has_value(), "judged_by", advice ? kFigures[advice->figure].key : "");
        j.member_if(is_found, "best", is_found ? advice->candidates[*advice->best].candidate->name : "");
        j.member("would_be_seen", advice ? advice->would_be_seen : std::nullopt);
        j.objects("answer", answer(advised, Charset::kAscii), [&](const Sentence& one) {
            j.member("what", one.title);
            j.member("text", one.text);
        });
        j.array("candidates", [&] {
            for (size_t i = 0; i < advised.candidates.tried.size(); i++) {
                const bool is_judged = advice && i < advice->candidates.size();
                j.object([&] {
                    write_candidate(j, advised, advised.candidates.tried[i],
                                    is_judged ? &advice->candidates[i] : nullptr);
                });
            }
        });
        j.objects("not_tried", advised.candidates.not_tried, [&](const NotTried& one) {
            j.member("name", one.name);
            j.member("reason", one.reason);
        });
    });
    return j.take();
}

}  // namespace wqctl
