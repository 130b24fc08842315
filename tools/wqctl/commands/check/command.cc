// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <chrono>
#include <random>

#include <fmt/format.h>

#include "command.hh"
#include "commands/check/flags.hh"
#include "commands/check/panics.hh"
#include "commands/check/requests.hh"
#include "commands/check/user_steps.hh"
#include "commands/check/verdicts.hh"
#include "source/module_source.hh"
#include "system/wait.hh"
#include "term/output.hh"
#include "text/choose.hh"
#include "text/nearest.hh"
#include "text/patterns.hh"
#include "text/split.hh"
#include "text/units.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

using Clock = std::chrono::steady_clock;

uint64_t ns_since(Clock::time_point then)
{
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - then).count());
}

// "numa,slow" as well as one word at a time.
uint32_t classes_of(const std::vector<std::string>& lists)
{
    std::vector<Named<uint32_t>> names = {{"all", ~0u}};
    for (const ClassName& name : class_names())
        names.push_back({name.name, name.bit});
    uint32_t classes = 0;
    for (const std::string& list : lists)
        for (const std::string_view word : split(list, ","))
            classes |= choose(word, std::span<const Named<uint32_t>>(names), "class");
    return classes;
}

// A number, a group, an id, or a regular expression for ids.
class Wanted {
public:
    explicit Wanted(std::string word)
        : word_(std::move(word)),
          // Not a bare number: 3 is no pattern for 39b.
          is_pattern_(word_.find_first_not_of("0123456789") != std::string::npos),
          pattern_(is_pattern_ ? Patterns({word_}) : Patterns())
    {
    }

    bool names(const Promise& promise) const { return word_ == promise.id || word_ == promise.number(); }
    bool match(const Promise& promise) const
    {
        return names(promise) || word_ == promise.group || (is_pattern_ && pattern_.match(promise.id));
    }

private:
    std::string word_;
    bool is_pattern_;
    Patterns pattern_;
};

// A named check is meant, whatever its class.
std::vector<Promise> chosen_of(const std::vector<Promise>& all, const CheckFlags& flags)
{
    const uint32_t classes = classes_of(flags.classes);
    std::vector<Wanted> wanted(flags.patterns.begin(), flags.patterns.end());
    std::vector<Promise> chosen;
    for (const Promise& promise : all) {
        const auto names = [&](const Wanted& one) { return one.names(promise); };
        const auto match = [&](const Wanted& one) { return one.match(promise); };
        const bool in_class = (promise.classes & ~classes) == 0;
        if (std::any_of(wanted.begin(), wanted.end(), names) ||
            (in_class && (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), match))))
            chosen.push_back(promise);
    }
    if (chosen.empty() && !flags.patterns.empty()) {
        std::vector<std::string> ids;
        for (const Promise& promise : all)
            ids.push_back(promise.id);
        throw Error::usage(fmt::format("no check matches {}{}", flags.patterns.front(), did_you_mean(flags.patterns.front(), ids)),
                           "wqctl check --list --class all shows them all");
    }
    return chosen;
}

class Judge {
public:
    Judge(Lab& lab, Interrupts& interrupts) : lab_(lab), events_(lab), interrupts_(interrupts) {}

    bool interrupted() const { return interrupted_; }

    Judgement judge(const Promise& promise, const std::string& fault, uint64_t seed)
    {
        if (promise.classes & WQLAB_CHECK_NEGATIVE)
            if (const std::string setting = panics_on_warning(); !setting.empty())
                return {promise, WQLAB_CHECK_SKIP, "it makes the kernel warn, which would panic: " + setting + " is set", {}, 0, false};
        Hands hands;
        start_check(lab_, promise.id, fault, seed);
        CheckState state;
        while ((state = fetch_check(lab_)).state != WQLAB_CHECK_DONE) {
            if (state.state == WQLAB_CHECK_ASKING) {
                const int error = hands.perform(state.step_kind, state.path, state.text);
                answer_check(lab_, state.step, error, state.text);
                continue;
            }
            wait();
        }
        return {promise, state.status, state.reason, state.evidence, state.elapsed_ns, state.quarantined};
    }

private:
    // For an event, or a little while: events can get lost.
    void wait()
    {
        switch (wait_for(50'000'000, interrupts_, events_.fd())) {
        case Woken::kByTime: return;
        case Woken::kByInput:
        case Woken::kByHangup: return events_.take([](uint8_t, const Attributes&) {});
        case Woken::kByInterrupt:
            interrupted_ = true;
            stop_check(lab_);
        }
    }

    Lab& lab_;
    Events events_;
    Interrupts& interrupts_;
    bool interrupted_ = false;
};

// For each fault that a check must see, whether it does. Those that do are passed.
Judgement prove(Judge& judge, const Promise& promise)
{
    Judgement result;
    result.promise = promise;
    result.status = WQLAB_CHECK_SKIP;
    result.reason = "no stand-in is named for it";
    for (const std::string& fault : promise.proofs) {
        const Judgement seen = judge.judge(promise, fault, 1);
        result.elapsed_ns += seen.elapsed_ns;
        result.quarantined = result.quarantined || seen.quarantined;
        result.evidence.push_back(fmt::format("{}: {} {}", fault, status_name(seen.status), seen.reason));
        result.status = seen.status == WQLAB_CHECK_FAIL ? WQLAB_CHECK_PASS : seen.status == WQLAB_CHECK_SKIP ? WQLAB_CHECK_SKIP : WQLAB_CHECK_FAIL;
        result.reason = seen.status == WQLAB_CHECK_PASS ? "a stand-in with the fault " + fault + " passed" : seen.reason;
        if (result.status == WQLAB_CHECK_FAIL)
            break;
    }
    return result;
}

std::unique_ptr<Verdicts> verdicts_for(const CheckFlags& flags, Lab& lab, Output& output)
{
    if (flags.ktap + flags.junit + flags.json > 1)
        throw Error::usage("--ktap, --junit and --json exclude each other");
    if (flags.ktap)
        return verdicts_as_ktap(output);
    if (flags.junit)
        return verdicts_as_junit(output);
    if (flags.json)
        return verdicts_as_json(output, fetch_info(lab).release);
    return verdicts_as_lines(output, flags.proof);
}

uint32_t rounds_of(const CheckFlags& flags)
{
    const uint32_t rounds = parse_count32(flags.repeat);
    if (rounds < 1 || rounds > 1'000'000)
        throw Error::usage("--repeat takes 1 to 1000000 rounds");
    return rounds;
}

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
        const auto verdicts = verdicts_for(flags_, lab, context.output());
        Interrupts interrupts;
        Judge judge(lab, interrupts);
        Tally tally;
        const auto began = Clock::now();
        verdicts->begin(chosen.size() * rounds);
        judge_all(judge, std::move(chosen), rounds, *verdicts, tally);
        verdicts->end(tally, ns_since(began));
        return tally.failed ? kBad : tally.passed + tally.known ? kDone : kSkipped;
    }

    int list(const std::vector<Promise>& chosen, Output& output) const
    {
        if (flags_.json)
            output.text(promises_to_json(chosen));
        else
            output.text(flags_.markdown ? promises_to_markdown(chosen) : render_promises(chosen, output.style()));
        return kDone;
    }

    // Until all are judged, somebody interrupts, or the first fails and that is to be the end.
    void judge_all(Judge& judge, std::vector<Promise> chosen, uint32_t rounds, Verdicts& verdicts, Tally& tally) const
    {
        const uint64_t seed = flags_.shuffle.empty() ? 1 : parse_count(flags_.shuffle);
        std::mt19937_64 random(seed);
        for (uint32_t round = 0; round < rounds; round++) {
            if (!flags_.shuffle.empty())
                std::shuffle(chosen.begin(), chosen.end(), random);
            for (const Promise& promise : chosen) {
                const Judgement judgement =
                    flags_.proof ? prove(judge, promise) : judge.judge(promise, flags_.fault, seed + round);
                tally.add(judgement.status);
                verdicts.add(judgement);
                if (judge.interrupted() || (flags_.fail_fast && judgement.status == WQLAB_CHECK_FAIL))
                    return;
            }
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_check() { return std::make_unique<CheckCommand>(); }

}  // namespace wqctl
