// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/flags.hh"

#include <fmt/core.h>

#include "text/error.hh"
#include "text/share.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

constexpr std::array<Named<Sleeps>, 2> kSleeps = {{
    {"yes", Sleeps::kSometimes, "they may sleep"},
    {"no", Sleeps::kNever, "they never do"},
}};

constexpr const char* kExamples = R"(
Listens, describes the load, and replays one like it on workqueues of its own: as the workqueue is, and as it could be.
The workqueue itself is not touched. Ctrl-C ends the listening or the replaying early.

Examples:
  wqctl advise events_unbound --dry-run
      what its load is like, and nothing else
  wqctl advise kblockd --goal isolation -d 30s
      as what it would disturb others least
  wqctl advise mine.json --goal throughput --budget 2m
      the same of a scenario: how the workqueue of a driver to be should be allocated
)";

template <typename Parse>
auto of_flag(const char* flag, const std::string& text, Parse parse)
{
    try {
        return parse(text);
    } catch (const Error& error) {
        throw error.within(flag);
    }
}

uint64_t some_time(const char* flag, const std::string& text)
{
    const uint64_t ns = of_flag(flag, text, parse_seconds);
    if (!ns)
        throw Error::usage(fmt::format("{} is 0; write a time such as 10s", flag));
    return ns;
}

}  // namespace

void AdviseFlags::declare(Args& args)
{
    args.word("WQ|FILE", subject,
              "A workqueue's name, or a scenario file (JSON) with one workqueue; - is standard input")
        .required()
        .is_file = true;
    args.choice("--goal", goal, kGoals, "goal", "GOAL", "latency, throughput or isolation of others; default latency");
    args.option("-d,--duration", duration, "TIME", "How long to listen; default 10s");
    args.option("--budget", budget, "TIME", "How long to replay at most; default 60s");
    args.option("--rounds", rounds, "N", "Replay each at least so often, and if it takes longer than --budget");
    args.option("--share", share, "SHARE",
                "What the replay may take of all CPUs at most; default 50%, for a scenario 100%");
    args.choice("--sleeps", sleeps, kSleeps, "answer", "yes|no", "What you know of its items, instead of what is seen");
    args.option("--order-seed", order_seed, "N", "Of the order of candidates; default drawn, and printed");
    args.flag("--dry-run", dry_run, "Describe the load and say what would be tried; replay nothing");
    args.json(json, {"wqlab/advise/1"});
    args.flag("--no-progress", no_progress, "No progress bar");
    args.examples(kExamples);
}

bool AdviseFlags::is_file() const
{
    // A slash alone says nothing: a workqueue may be called xfs-buf/vda.
    return subject == "-" || subject.ends_with(".json") || subject.starts_with("/") || subject.starts_with("./");
}

uint64_t AdviseFlags::duration_ns() const { return some_time("--duration", duration); }

uint64_t AdviseFlags::budget_ns() const { return some_time("--budget", budget); }

std::optional<unsigned> AdviseFlags::least_rounds() const
{
    if (!rounds)
        return {};
    const uint64_t n = of_flag("--rounds", *rounds, parse_count);
    if (n < 2 || n > 1'000'000)
        throw Error::usage(fmt::format("--rounds {} is not 2 to 1000000", n));
    return static_cast<unsigned>(n);
}

double AdviseFlags::most_share() const
{
    if (!share)
        return is_file() ? 1 : 0.5;
    const double most = of_flag("--share", *share, parse_share);
    if (!(most > 0) || most > 1)
        throw Error::usage(fmt::format("--share is {}; write 1% to 100%", *share));
    return most;
}

}  // namespace wqctl
