// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/profile.hh"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wqctl {

namespace {

// Looks at an executing item, none of which saw it asleep, from which on it is said not to sleep: an item that sleeps
// for a tenth of its time is then missed once in 20.
constexpr unsigned kEnoughLooks = 30;
constexpr double kClockwork = 0.5;  // below: even
constexpr double kBursty = 3;       // from here on: bursts
constexpr double kMostLost = 0.02;  // of the machine's items

double seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

Sleeps FunctionLoad::sleeps() const
{
    if (asleep)
        return Sleeps::kSometimes;
    // Many looks at one long execution say little of the next.
    return seen >= kEnoughLooks && run.count >= kEnoughLooks ? Sleeps::kNever : Sleeps::kUnknown;
}

double FunctionLoad::unended(unsigned looks) const
{
    return run.empty() && looks ? static_cast<double>(seen) / looks : 0;
}

std::optional<uint32_t> Subject::limit() const
{
    if (is(WQLAB_WQ_BH) || is(WQLAB_WQ_ORDERED) || !max_active)
        return {};
    // WQ_DFL_ACTIVE of all kernels there have been.
    const bool is_default = default_max_active ? max_active == default_max_active
                                               : max_active == 256 || max_active >= 1024;
    if (is_default)
        return {};
    return std::min<uint32_t>(max_active, WQLAB_LIMIT_MAX_ACTIVE);
}

double Profile::rate() const
{
    return elapsed_ns ? unrecorded * static_cast<double>(items()) / seconds(elapsed_ns) : 0;
}

double Profile::running() const
{
    if (!elapsed_ns)
        return 0;
    double all = unrecorded * static_cast<double>(run.sum) / static_cast<double>(elapsed_ns);
    for (const FunctionLoad& function : functions)
        all += function.unended(looks);
    return all;
}

double Profile::in_flight() const
{
    if (!elapsed_ns)
        return 0;
    return running() + unrecorded * static_cast<double>(pending.sum + inactive.sum) / static_cast<double>(elapsed_ns);
}

double Profile::cpus_busy() const
{
    if (!elapsed_ns)
        return 0;
    double busy = 0;
    for (const FunctionLoad& function : functions) {
        const double recorded = unrecorded * static_cast<double>(function.run.sum) / static_cast<double>(elapsed_ns);
        busy += (recorded + function.unended(looks)) * (1 - function.share_asleep());
    }
    return busy;
}

Sleeps Profile::sleeps() const
{
    Sleeps all = Sleeps::kNever;
    if (told)
        return *told;
    // A softirq can't.
    if (subject.is(WQLAB_WQ_BH))
        return all;
    for (const FunctionLoad& function : functions) {
        if (function.sleeps() == Sleeps::kSometimes)
            return Sleeps::kSometimes;
        if (function.sleeps() == Sleeps::kUnknown)
            all = Sleeps::kUnknown;
    }
    return all;
}

// A look always finds as many, and on average there are hardly more: of what comes from outside, so close to what can
// be done, a queue would grow.
unsigned Profile::loop() const
{
    if (looks < kEnoughLooks || !least)
        return 0;
    double ended = in_flight();
    for (const FunctionLoad& function : functions)
        ended -= function.unended(looks);
    return ended > 0.7 * least && ended < 1.5 * least ? least : 0;
}

Arrival Profile::arrival() const
{
    if (loop())
        return Arrival::kLoop;
    if (!dispersion)
        return Arrival::kRandom;
    return *dispersion < kClockwork ? Arrival::kEven : *dispersion < kBursty ? Arrival::kRandom : Arrival::kBursts;
}

unsigned Profile::burst() const
{
    if (arrival() != Arrival::kBursts)
        return 1;
    // A burst of B, every T: in a share p of the windows, of B each. The dispersion is B (1 - p), and B p is the mean.
    const double mean = rate() * seconds(between_looks_ns);
    return static_cast<unsigned>(std::lround(std::min(*dispersion + mean, 4096.0)));
}

bool Profile::is_whole() const { return is_counted || share_lost <= kMostLost; }

bool Profile::is_held_back() const
{
    return !inactive.empty() && inactive.sum > (pending.sum + inactive.sum) / 10 && inactive.quantile(0.99) > 10'000;
}

}  // namespace wqctl
