// SPDX-License-Identifier: GPL-2.0
#include <random>

#include <fmt/core.h>

#include "bench/measure_cells.hh"
#include "command.hh"
#include "commands/advise/advised.hh"
#include "commands/advise/flags.hh"
#include "commands/advise/listen.hh"
#include "commands/advise/own_run.hh"
#include "commands/advise/plan.hh"
#include "scenario/validate.hh"
#include "snapshot/find_workqueue.hh"
#include "source/source.hh"
#include "term/output.hh"
#include "term/progress.hh"
#include "text/error.hh"
#include "text/share.hh"

namespace wqctl {

namespace {

constexpr uint64_t kFewItems = 100;

class AdviseCommand final : public Command {
    AdviseFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        // What is wrong in itself is said also where there is no module.
        const uint64_t duration_ns = flags_.duration_ns();
        Advised advised;
        advised.plan.goal = flags_.goal;
        advised.plan.budget_ns = flags_.budget_ns();
        advised.plan.rounds = flags_.least_rounds();
        advised.plan.share = flags_.most_share();
        const uint64_t seed = flags_.order_seed ? parse_count(*flags_.order_seed) : std::random_device()();
        const Topology topology = Topology::read();
        if (flags_.is_file()) {
            advised.plan.file = load_advisable(flags_.subject);
            validate(*advised.plan.file, topology, nullptr);
        }

        Lab& lab = context.lab();
        Source& source = context.source();
        advised.info = source.info();
        advised.kernel = advised.info.release;
        advised.cpus = topology.online_list();
        advised.replay_cpus = format_cpu_list(replay_cpus(topology));
        if (advised.plan.file)
            validate(*advised.plan.file, topology, &advised.info);
        const bool whole = listen_to(lab, source, duration_ns, advised);
        advised.profile.told = flags_.sleeps;
        if (advised.plan.file && !flags_.sleeps)
            advised.profile.told = sleeps(*advised.plan.file);
        advised.candidates = candidates_for(advised.profile, advised.info, topology);
        advised.expected_share = expected_share(advised.profile, advised.plan, topology);

        std::optional<Error> unbearable;
        if (!flags_.dry_run && whole) {
            try {
                check_heard(advised.profile);
                check_share(advised.profile, advised.plan, topology);
                Plan plan = plan_replay(advised.profile, advised.candidates, advised.plan, advised.info, topology);
                plan.seed = seed;
                for (std::string& limitation : limitations(advised.profile, advised.plan, topology))
                    advised.caveats.push_back(std::move(limitation));
                print_note(announcement(advised, Charset::kAscii));
                advised.bench = measure(std::move(plan), lab, advised.info, topology, !flags_.no_progress);
                advised.advice = judge(advised.candidates, *advised.bench, flags_.goal, advised.profile,
                                       advised.plan.file.has_value());
                if (advised.bench->end == EndOfBench::kInterrupt)
                    advised.caveats.push_back(
                        fmt::format("the replay was interrupted: {} passes are less than --budget would have had",
                                    advised.bench->passes));
            } catch (const Error& error) {
                // What was listened to is worth its time all the same.
                unbearable = error;
                advised.bench.reset();
                advised.advice.reset();
            }
        }
        print(context.output(), advised);
        if (unbearable)
            throw *unbearable;
        // What it was asked for is another thing than what it has heard.
        if (!whole && !flags_.dry_run)
            return kInterrupted;
        return advised.bench && !advised.bench->broken.empty() ? kBad : kDone;
    }

    static void check_heard(const Profile& profile)
    {
        if (!profile.is_whole())
            throw Error(kBad,
                        fmt::format("{:.0f}% of the machine's items were lost, and this kernel does not count the "
                                    "workqueue's: its load is not known well enough to be replayed",
                                    100 * profile.share_lost),
                        "-d shorter loses less");
    }

    // False: it was interrupted.
    bool listen_to(Lab& lab, Source& source, uint64_t duration_ns, Advised& advised)
    {
        std::optional<OwnRun> own;
        if (advised.plan.file) {
            print_note(
                fmt::format("{} runs as it is written while it is listened to, on a workqueue of our own: --share "
                            "is of the replay",
                            flags_.subject));
            own.emplace(lab, *advised.plan.file);
        }
        const Snapshot snapshot = source.snapshot(kLookSections);
        Subject subject = subject_of(snapshot, find_workqueue(snapshot, own ? own->kernel_name() : flags_.subject));
        if (own && subject.symbol.empty())
            subject.name = subject.kernel_name = advised.plan.file->workqueues.front().name;
        subject.is_live = !own;

        print_note(
            fmt::format("listening to {} for {}: every item of the machine is seen by probes meanwhile, and it is "
                        "looked at, with a tenth of a CPU at most",
                        subject.name, human_time(duration_ns, Charset::kAscii)));
        Progress progress(!flags_.no_progress);
        Listened listened;
        {
            Interrupts interrupts;
            listened = listen(lab, source, subject.identity, duration_ns, interrupts, [&](uint64_t elapsed) {
                const double done = static_cast<double>(elapsed) / static_cast<double>(duration_ns);
                progress.say(progress_bar(
                    done, fmt::format(" listening  {:.1f}s left", static_cast<double>(duration_ns - elapsed) / 1e9),
                    progress.style()));
            });
        }
        progress.clear();
        advised.profile = describe(subject, listened);
        check(listened, advised);
        return !listened.interrupted;
    }

    static void check(const Listened& listened, Advised& advised)
    {
        const Profile& profile = advised.profile;
        const std::string heard = human_time(profile.elapsed_ns, Charset::kAscii);
        if (!profile.items() && listened.interrupted)
            throw Error(kInterrupted, fmt::format("interrupted after {}, in which nothing was executed", heard));
        if (!profile.items())
            throw Error(kBad, fmt::format("nothing of {} was executed in {}", profile.subject.name, heard),
                        "-d listens longer; wqctl top shows which workqueues have something to do");
        if (listened.interrupted)
            advised.caveats.push_back("interrupted: nothing is replayed");
        if (listened.gone)
            advised.caveats.push_back(fmt::format("the workqueue was destroyed after {}", heard));
        if (profile.items() < kFewItems)
            advised.caveats.push_back(
                fmt::format("these are {} items: little to tell a load by; -d listens longer", profile.items()));
        if (profile.lost)
            advised.caveats.push_back(fmt::format(
                "the recording had no room for {} items of the machine{}", profile.lost,
                profile.is_counted ? fmt::format(": by the kernel's count this one had {:.1f} times as many "
                                                 "as were recorded, and its rate is that",
                                                 profile.unrecorded)
                                   : ", and how many of them were this one's is not known"));
    }

    void print(Output& output, const Advised& advised) const
    {
        if (flags_.json)
            output.text(advice_to_json(advised));
        else
            output.text(render_advice(advised, output.style()));
        output.finish();
        if (advised.bench)
            for (const std::string& promise : advised.bench->broken)
                print_loud(promise);
    }
};

}  // namespace

std::unique_ptr<Command> make_advise() { return std::make_unique<AdviseCommand>(); }

}  // namespace wqctl
