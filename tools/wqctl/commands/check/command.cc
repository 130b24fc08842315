// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <random>

#include <fmt/core.h>
#include <sched.h>

#include "command.hh"
#include "commands/check/choice.hh"
#include "commands/check/judge.hh"
#include "commands/check/requests.hh"
#include "commands/check/verdicts.hh"
#include "source/source.hh"
#include "term/output.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

// Each check that is left behind has cost its whole patience: where everything hangs, the suite is to end all the same.
constexpr unsigned kMostLeftBehind = 8;

std::unique_ptr<Verdicts> verdicts_for(const CheckFlags& flags, Context& context)
{
    Output& output = context.output();
    if (flags.ktap + flags.junit + flags.json > 1)
        throw Error::usage("--ktap, --junit and --json exclude each other");
    if (flags.ktap)
        return verdicts_as_ktap(output);
    if (flags.junit)
        return verdicts_as_junit(output);
    if (flags.json)
        return verdicts_as_json(output, context.source().info().release, Provenance::of(context.words()));
    return verdicts_as_lines(output, flags.proof || flags.verbose);
}

uint32_t rounds_of(const CheckFlags& flags)
{
    const uint32_t rounds = parse_count32(flags.repeat);
    if (rounds < 1 || rounds > 1'000'000)
        throw Error::usage("--repeat takes 1 to 1000000 rounds");
    return rounds;
}

// A fault of the kernel may cost a CPU, and who sleeps there is never woken: checks begin with the first CPUs, so this
// process stays on the last one. If it can't, it is where it would have been.
void stay_on_last_cpu()
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_ZERO(&allowed);
            CPU_SET(cpu, &allowed);
            sched_setaffinity(0, sizeof allowed, &allowed);
            return;
        }
}

// All rounds, until the last check or what ends them. Whatever that is, what was judged is told.
class Suite {
public:
    Suite(const CheckFlags& flags, uint32_t rounds, Judge& judge, Verdicts& verdicts)
        : flags_(flags),
          rounds_(rounds),
          seed_(flags.shuffle.empty() ? 1 : parse_count(flags.shuffle)),
          judge_(judge),
          verdicts_(verdicts)
    {
    }

    // Throws what made it impossible to go on, once the verdicts are told.
    Tally run(std::vector<Promise> promises)
    {
        const uint64_t began = monotonic_ns();
        verdicts_.begin(promises.size() * rounds_);
        try {
            judge_all(std::move(promises));
        } catch (const Error& error) {
            verdicts_.end(tally_, monotonic_ns() - began, error.what());
            throw;
        }
        verdicts_.end(tally_, monotonic_ns() - began, judge_.ended());
        return tally_;
    }

private:
    void judge_all(std::vector<Promise> promises)
    {
        std::mt19937_64 random(seed_);
        for (uint32_t round = 0; round < rounds_; round++) {
            if (!flags_.shuffle.empty())
                std::shuffle(promises.begin(), promises.end(), random);
            for (const Promise& promise : promises) {
                const Judgement judgement = judge(promise, seed_ + round);
                tally_.add(judgement.status);
                verdicts_.add(judgement);
                if (!judge_.ended().empty() || (flags_.fail_fast && judgement.status == WQLAB_CHECK_FAIL))
                    return;
            }
        }
    }

    Judgement judge(const Promise& promise, uint64_t seed)
    {
        if (left_behind_ == kMostLeftBehind)
            return {
                promise, WQLAB_CHECK_SKIP, fmt::format("{} checks before it hang in the kernel", left_behind_), {}, 0,
                false};
        Judgement judgement = flags_.proof ? judge_.prove(promise) : judge_.judge(promise, flags_.fault, seed);
        left_behind_ += judgement.quarantined;
        return judgement;
    }

    const CheckFlags& flags_;
    const uint32_t rounds_;
    const uint64_t seed_;
    Judge& judge_;
    Verdicts& verdicts_;
    Tally tally_;
    unsigned left_behind_ = 0;
};

class CheckCommand final : public Command {
    CheckFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        const uint32_t rounds = rounds_of(flags_);
        Lab& lab = context.lab();
        std::vector<Promise> chosen = chosen_of(fetch_promises(lab), flags_);
        if (flags_.list)
            return list(chosen, context.output());
        const auto verdicts = verdicts_for(flags_, context);
        stay_on_last_cpu();
        // The second one, too, ends with the verdicts told.
        Interrupts interrupts(Interrupts::Mood::kPatient);
        Judge judge(lab, interrupts);
        const Tally tally = Suite(flags_, rounds, judge, *verdicts).run(std::move(chosen));
        if (tally.failed)
            return kBad;
        // What was not judged is not kept.
        if (!judge.ended().empty())
            return judge.is_interrupted() ? kInterrupted : kBad;
        return tally.passed + tally.known ? kDone : kSkipped;
    }

    int list(const std::vector<Promise>& chosen, Output& output) const
    {
        if (flags_.json)
            output.text(promises_to_json(chosen));
        else
            output.text(flags_.markdown ? promises_to_markdown(chosen) : render_promises(chosen, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_check() { return std::make_unique<CheckCommand>(); }

}  // namespace wqctl
