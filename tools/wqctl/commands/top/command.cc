// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <ctime>

#include <fmt/core.h>

#include "command.hh"
#include "commands/top/flags.hh"
#include "commands/top/model.hh"
#include "commands/top/queuers.hh"
#include "commands/top/screen.hh"
#include "commands/top/terminal.hh"
#include "source/sampling.hh"
#include "system/deadlines.hh"
#include "system/wait.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

// Rates need two samples; the first picture shall not wait long for them.
constexpr uint64_t kFirstInterval = 250'000'000;

// Of what will not change there is no other moment than its own.
std::string clock_text(Source& source)
{
    if (!source.is_live())
        return source.origin();
    const time_t now = std::time(nullptr);
    tm parts{};
    localtime_r(&now, &parts);
    return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

TopUi make_ui(const TopFlags& flags)
{
    TopUi ui;
    ui.interval_ns = parse_interval(flags.delay);
    if (!ui.interval_ns)
        throw Error::usage("a delay of 0 is none; give seconds such as 1 or 0.5");
    ui.view = flags.view;
    ui.hides_quiet = flags.hides_quiet;
    ui.patterns = Patterns(flags.patterns);
    for (const std::string& pattern : flags.patterns)
        ui.filter += (ui.filter.empty() ? "" : " ") + pattern;
    return ui;
}

// Samples: of snapshots, and, from when somebody first looks at queuers, of a trace.
class Samples {
public:
    Samples(Context& context, Source& source) : context_(context), source_(source) {}

    TopData take(const TopUi& ui)
    {
        if (ui.view == TopView::kQueuers && !queuers_) {
            if (!source_.is_module())
                throw Error(kUnavailable, "who queues is told by a trace, and that takes the module",
                            "the other views do without it");
            queuers_.emplace(context_.lab(), source_.snapshot(WQLAB_SECTION_WORKQUEUES));
        }
        TopData data = model_.take(take_snapshot(source_, TopModel::kSections));
        if (queuers_)
            queuers_->fill(data);
        return data;
    }

private:
    Context& context_;
    Source& source_;
    TopModel model_;
    std::optional<QueuerCounts> queuers_;
};

int print_frames(Context& context, Source& source, const TopUi& ui, uint64_t count)
{
    Output& output = context.output();
    Interrupts interrupts;
    Samples samples(context, source);
    TopData data = samples.take(ui);
    Deadlines deadlines(monotonic_ns(), ui.interval_ns);
    for (uint64_t printed = 0; printed != count; printed++) {
        if (source.is_live()) {
            if (wait_until(deadlines.next(monotonic_ns()), interrupts) != Woken::kByTime)
                break;
            data = samples.take(ui);
        }
        output.text(render_top_text(data, ui, clock_text(source), output.style().width, output.style().charset));
        if (!output.flush() || !source.is_live())
            break;
    }
    return kDone;
}

int show_screen(Context& context, Source& source, TopUi ui, uint64_t count)
{
    Interrupts interrupts(Interrupts::Mood::kPatient);
    Samples samples(context, source);
    // Before the screen is taken, so that a refusal is just a line.
    TopData data = samples.take(ui);
    std::string clock = clock_text(source);
    Terminal terminal;
    Deadlines deadlines(monotonic_ns(), ui.interval_ns);
    uint64_t deadline = monotonic_ns() + std::min(kFirstInterval, ui.interval_ns);
    for (uint64_t frames = 0;;) {
        terminal.draw(lay_out(data, ui, clock, terminal.size(), terminal.charset()));
        const bool stands = ui.is_paused || !source.is_live();
        const Woken woken = wait_until(stands ? UINT64_MAX : deadline, interrupts, STDIN_FILENO);
        if (woken == Woken::kByInterrupt || woken == Woken::kByHangup)
            return kDone;
        for (const Key key : terminal.keys()) {
            const TopUi::Wish wish = ui.handle(key);
            if (wish == TopUi::Wish::kQuit)
                return kDone;
            if (wish == TopUi::Wish::kNewInterval) {
                deadlines = Deadlines(monotonic_ns(), ui.interval_ns);
                deadline = std::min(deadline, deadlines.next(monotonic_ns()));
            }
        }
        if (ui.is_paused || !source.is_live() || monotonic_ns() < deadline)
            continue;
        if (++frames > count)
            return kDone;
        data = samples.take(ui);
        clock = clock_text(source);
        deadline = deadlines.next(monotonic_ns());
    }
}

class TopCommand final : public Command {
    TopFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        const TopUi ui = make_ui(flags_);
        const uint64_t count = flags_.count ? parse_samples(*flags_.count) : UINT64_MAX;
        if (flags_.batch)
            return print_frames(context, context.source(flags_.source), ui, count);
        return show_screen(context, context.source(flags_.source), ui, count);
    }
};

}  // namespace

std::unique_ptr<Command> make_top() { return std::make_unique<TopCommand>(); }

}  // namespace wqctl
