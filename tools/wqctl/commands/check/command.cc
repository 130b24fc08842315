// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <chrono>
#include <random>
#include <regex>

#include <fmt/format.h>

#include "wire/lab.hh"
#include "commands/commands.hh"
#include "report/session.hh"
#include "commands/check/verdicts.hh"
#include "commands/check/user_steps.hh"
#include "commands/check/panics.hh"
#include "system/wait.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace {

using Clock = std::chrono::steady_clock;

uint64_t ns_since(Clock::time_point then)
{
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - then).count());
}

uint32_t classes_of(const std::vector<std::string>& words)
{
    uint32_t classes = 0;
    for (const std::string& word : words) {
        std::vector<std::string> names = {"all"};
        uint32_t bit = word == "all" ? ~0u : 0;
        for (const ClassName& name : class_names()) {
            names.emplace_back(name.name);
            bit |= word == name.name ? name.bit : 0;
        }
        if (!bit)
            throw Error::usage(fmt::format("there is no class \"{}\"{}", word, did_you_mean(word, names)),
                               "the classes are negative, hotplug, slow, numa, memory, freezer, and all");
        classes |= bit;
    }
    return classes;
}

bool matches(const Promise& promise, const std::vector<std::string>& patterns)
{
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               if (promise.number() == pattern || promise.group == pattern || promise.id == pattern)
                   return true;
               try {
                   // Not a bare number: 3 is no pattern for 39b.
                   return pattern.find_first_not_of("0123456789") != std::string::npos && std::regex_search(promise.id, std::regex(pattern));
               } catch (const std::regex_error& error) {
                   throw Error::usage(fmt::format("\"{}\" is no regular expression: {}", pattern, error.what()));
               }
           });
}

// A named check is meant, whatever its class.
std::vector<Promise> choose(const std::vector<Promise>& all, const CheckFlags& flags)
{
    const uint32_t classes = classes_of(flags.classes);
    std::vector<Promise> chosen;
    for (const Promise& promise : all) {
        const bool named = std::any_of(flags.patterns.begin(), flags.patterns.end(),
                                       [&](const std::string& p) { return p == promise.id || p == promise.number(); });
        const bool in_class = (promise.classes & ~classes) == 0;
        if (matches(promise, flags.patterns) && (named || in_class))
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
        lab_.start_check(promise.id, fault, seed);
        CheckState state;
        while ((state = lab_.check()).state != WQLAB_CHECK_DONE) {
            if (state.state == WQLAB_CHECK_ASKING) {
                const int error = hands.perform(state.step_kind, state.path, state.text);
                lab_.answer_check(state.step, error, state.text);
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
        case Woken::kByHangup: return events_.take([](const RunState&) {});
        case Woken::kByInterrupt:
            interrupted_ = true;
            lab_.stop_check();
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

std::unique_ptr<Verdicts> verdicts_for(const Invocation& invocation, Lab& lab, Output& output)
{
    const CheckFlags& flags = invocation.check;
    if (flags.ktap + flags.junit + invocation.json > 1)
        throw Error::usage("--ktap, --junit and --json exclude each other");
    if (flags.ktap)
        return verdicts_as_ktap(output);
    if (flags.junit)
        return verdicts_as_junit(output);
    if (invocation.json)
        return verdicts_as_json(output, lab.info().release);
    return verdicts_as_lines(output, flags.proof);
}

}  // namespace

int command_check(const Invocation& invocation, Output& output)
{
    const CheckFlags& flags = invocation.check;
    Lab lab;
    std::vector<Promise> chosen = choose(lab.checks(), flags);
    if (flags.list) {
        if (invocation.json)
            output.text(promises_to_json(chosen));
        else
            output.text(flags.markdown ? promises_to_markdown(chosen) : render_promises(chosen, output.style()));
        return kDone;
    }
    const auto verdicts = verdicts_for(invocation, lab, output);
    uint64_t seed = 1;
    if (!flags.shuffle.empty())
        seed = parse_count(flags.shuffle);
    std::mt19937_64 random(seed);

    Interrupts interrupts;
    Judge judge(lab, interrupts);
    Tally tally;
    const auto began = Clock::now();
    verdicts->begin(chosen.size() * flags.repeat);
    for (uint32_t round = 0; round < flags.repeat && !judge.interrupted(); round++) {
        if (!flags.shuffle.empty())
            std::shuffle(chosen.begin(), chosen.end(), random);
        for (const Promise& promise : chosen) {
            const Judgement judgement = flags.proof ? prove(judge, promise) : judge.judge(promise, flags.fault, seed + round);
            tally.add(judgement.status);
            verdicts->add(judgement);
            if (judge.interrupted() || (flags.fail_fast && judgement.status == WQLAB_CHECK_FAIL))
                goto ended;
        }
    }
ended:
    verdicts->end(tally, ns_since(began));
    return tally.failed ? kBad : tally.passed + tally.known ? kDone : kSkipped;
}

}  // namespace wqctl
