// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cstdio>
#include <map>

#include <fmt/core.h>
#include <unistd.h>

#include "command.hh"
#include "commands/trace/awaited.hh"
#include "commands/trace/event_lines.hh"
#include "commands/trace/flags.hh"
#include "commands/trace/out_file.hh"
#include "recorder/only_workqueues.hh"
#include "recorder/trace_recording.hh"
#include "snapshot/workqueue_labels.hh"
#include "source/source.hh"
#include "system/files.hh"
#include "system/wait.hh"
#include "term/output.hh"
#include "term/progress.hh"
#include "text/error.hh"
#include "text/units.hh"
#include "trace/formats.hh"
#include "trace/line.hh"
#include "trace/pools.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

constexpr uint64_t kPoll = 10'000'000;
constexpr size_t kAtATime = 1 << 12;  // events, until it is looked whether somebody wants to end it
constexpr uint64_t kIdle = 200'000'000;
constexpr uint64_t kAfterwards = 100'000'000;  // what went on behind what was waited for
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kManyCallers = 100'000;  // events, in which each may be new

TraceFormat output_of(const TraceFlags& flags)
{
    return flags.format_or(flags.output ? TraceFormat::kPerfetto : TraceFormat::kText);
}

bool has_workqueue(const Snapshot& machine, const Patterns& patterns)
{
    const WorkqueueLabels labels(machine);
    return std::any_of(machine.workqueues.begin(), machine.workqueues.end(), [&](const wqlab_snap_workqueue& wq) {
        return patterns.match(machine.string(wq.name)) || patterns.match(labels[machine.index_of(wq)]);
    });
}

std::string command_line(const TraceFlags& flags)
{
    std::string line = "wqctl trace";
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value)
            line += fmt::format(" {} {}", name, value->find(' ') == std::string::npos ? *value : "'" + *value + "'");
    };
    add("-d", flags.duration);
    add("--buffer", flags.buffer);
    add("--ring", flags.ring);
    add("--until", flags.until);
    for (const std::string& word : flags.words)
        line += " " + word;
    return line;
}

// One recording, from its start to its last event.
class Run {
public:
    Run(const TraceFlags& flags, Context& context)
        : flags_(flags), source_(context.source()), file_(flags.output, context.output()), on_error_(Style::of(2))
    {
        const Patterns patterns(flags.words);
        if (flags.until)
            awaited_.emplace(*flags.until, source_, on_error_);
        if (awaited_)
            for (const std::string& note : awaited_->notes())
                print_note(note);
        options_.overwrite = flags.ring || flags.until;
        // What keeps the last events only goes on until somebody, or what is waited for, ends it.
        if (flags.duration || !options_.overwrite)
            duration_ns_ = parse_seconds(flags.duration.value_or("5s"));
        if (const auto& size = flags.ring ? flags.ring : flags.buffer)
            options_.buffer_bytes = parse_size(*size);
        options_.duration_ns = duration_ns_;
        // What is not in the events: the pools, and the workqueues, of which one at least should be meant.
        const Snapshot machine = source_.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        if (!patterns.empty() && !has_workqueue(machine, patterns))
            print_note("no workqueue that there is now has a name like that; one that is made meanwhile may");
        recording_ = std::make_unique<TraceRecording>(lab_, options_);
        add_pools(recording_->tables(), machine);
        call_workqueues(recording_->tables(), machine);
        writer_ = make_writer(context.output());
        only_ = std::make_unique<OnlyWorkqueues>(patterns, *writer_);
        head_.version = source_.info().module_version;
        head_.kernel = source_.info().release;
        head_.machine = read_line("/proc/sys/kernel/hostname").value_or("");
        head_.command = command_line(flags);
        head_.only = flags.words;
        recording_->fill(head_);
    }

    int go(Progress& progress)
    {
        if (awaited_)
            awaited_->begin(recording_->tables());
        if (!options_.overwrite)
            only_->begin(head_, recording_->tables());
        listen(progress);
        const std::string failed = stop();
        progress.clear();
        write_rest();
        Tail tail;
        tail.events = events_;
        tail.ended_by = ended_by_;
        recording_->fill(tail);
        only_->end(tail);
        file_.finish();
        say(tail);
        if (failed.empty())
            return kDone;
        throw Error(kBad, "the recording ended before its time: " + failed);
    }

private:
    // What there is by then is worth as much without the module.
    std::string stop()
    {
        try {
            recording_->stop();
        } catch (const Error& error) {
            ended_by_ = "module";
            return error.message;
        }
        return "";
    }

    std::unique_ptr<EventSink> make_writer(Output& output)
    {
        if (output_of(flags_) == TraceFormat::kEvents)
            return std::make_unique<EventLines>([this](std::string_view text) { file_.write(text); });
        return make_trace_writer(
            output_of(flags_), [this](std::string_view text) { file_.write(text); }, output.style());
    }

    bool reads() const { return !options_.overwrite || (awaited_ && awaited_->sink()); }

    void take(size_t most = SIZE_MAX)
    {
        const uint64_t now = recording_->elapsed_ns();
        recording_->take(
            [&](const Event& event) {
                watch(event);
                if (options_.overwrite)
                    return;
                know_pool(event.pool, now);
                only_->event(event);
                events_++;
            },
            most);
        // What happened by the last time has been seen, if nothing is left and nothing was overwritten meanwhile.
        const bool whole = !recording_->rings().behind() && !recording_->rings().in_gap();
        await(now, whole ? seen_until_ : 0);
        if (whole)
            seen_until_ = now;
    }

    void watch(const Event& event)
    {
        if (!awaited_ || !awaited_->sink())
            return;
        if (const uint64_t gaps = recording_->rings().gaps(); std::exchange(gaps_, gaps) != gaps)
            awaited_->forget();
        awaited_->sink()->event(event);
    }

    void await(uint64_t now, uint64_t seen)
    {
        if (!awaited_ || ends_at_ || !has_come(now, seen))
            return;
        ended_by_ = "condition";
        // It takes its time to look.
        ends_at_ = std::min(recording_->elapsed_ns() + kAfterwards, duration_ns_);
        recording_->set_duration(ends_at_);
    }

    bool has_come(uint64_t now, uint64_t seen)
    {
        try {
            const bool come = awaited_->look(now, seen);
            trouble_.clear();
            return come;
        } catch (const Error& error) {
            // Without the module nothing is recorded any more.
            const bool gone = error.exit_code == kUnavailable;
            if (gone)
                ends_at_ = now;
            if (std::exchange(trouble_, error.message) != error.message)
                print_note(error.message + (gone ? "" : "; it is tried again"));
            return false;
        }
    }

    // One that was made meanwhile is looked at, now and then.
    void know_pool(int32_t pool, uint64_t now)
    {
        if (pool == kNoPool || recording_->tables().pool(pool) || now < pools_known_at_ + kSecond)
            return;
        uint64_t& asked_at = pools_asked_for_[pool];
        if (asked_at && now < asked_at + 10 * kSecond)
            return;
        asked_at = now;
        pools_known_at_ = now;
        look_at_pools();
    }

    void look_at_pools()
    {
        try {
            add_pools(recording_->tables(), source_.snapshot(WQLAB_SECTION_POOLS));
        } catch (const Error&) {
            // The module is gone, and stop() says so.
        }
    }

    void listen(Progress& progress)
    {
        Interrupts interrupts;
        for (;;) {
            const uint64_t elapsed = recording_->elapsed_ns();
            const uint64_t end = ends_at_ ? ends_at_ : duration_ns_;
            if (elapsed >= end || recording_->has_ended())
                return;
            if (duration_ns_ != UINT64_MAX)
                progress.say(progress_bar(static_cast<double>(elapsed) / static_cast<double>(duration_ns_),
                                          grouped(events_) + " events", progress.style()));
            // Of a ring nobody need look at what nobody waits for.
            const uint64_t pause = !reads() ? kIdle : recording_->rings().behind() ? 0 : kPoll;
            if (wait_for(std::min(end - elapsed, pause), interrupts) == Woken::kByInterrupt) {
                ended_by_ = "interrupt";
                return;
            }
            if (reads())
                take(kAtATime);
            else
                await(recording_->elapsed_ns(), 0);
            if (!file_.flush()) {
                ended_by_ = "reader";
                return;
            }
        }
    }

    // Of a ring, all that it holds, with what was waited for at its place.
    void write_rest()
    {
        look_at_pools();
        if (!options_.overwrite) {
            take();
        } else {
            only_->begin(head_, recording_->tables());
            recording_->rewind();
            recording_->take([&](const Event& event) {
                tell_condition(event.time);
                only_->event(event);
                events_++;
            });
            tell_condition(UINT64_MAX);
        }
        for (const Event& gap : recording_->last_gaps())
            only_->event(gap);
    }

    void tell_condition(uint64_t now)
    {
        if (!awaited_ || !awaited_->found() || told_ || now < awaited_->found()->time)
            return;
        told_ = true;
        Event event;
        event.kind = EventKind::kCondition;
        event.time = awaited_->found()->time;
        event.item = awaited_->found()->item;
        event.function = awaited_->found()->function;
        event.detail = recording_->tables().name(awaited_->words());
        only_->event(event);
    }

    void say(const Tail& tail) const
    {
        const Rings& rings = recording_->rings();
        if (const uint64_t lost = tail.lost_events())
            print_trouble(fmt::format("{} events were lost, on {} CPUs, for want of room: a larger --buffer than {}",
                                      grouped(lost), tail.lost.size(), human_size(head_.buffer_bytes)));
        if (const uint64_t calls = tail.calls_passed_over())
            print_trouble(fmt::format("{} calls came when their probe was busy, and are not in the recording: {}",
                                      grouped(calls), passed_over_words(tail)));
        if (const std::string& why = rings.trouble(); !why.empty())
            print_trouble("events came faster than they were written, and " + why);
        if (const uint64_t names = rings.lost_names())
            print_trouble(fmt::format("{} events have a function or workqueue without a name: there were too many",
                                      grouped(names)));
        if (const uint64_t late = rings.late())
            print_trouble(fmt::format("{} events came behind newer ones, by up to {}: a CPU was late to write them",
                                      grouped(late), human_time(recording_->ns_of(rings.latest()), Charset::kAscii)));
        if (tail.clocks_differ)
            print_trouble("the kernel has found that CPUs' clocks differ: what is said of more than one may be wrong");
        // Each takes as long as a hundred others.
        if (rings.unwound() * 100 > tail.events + kManyCallers)
            print_note(
                fmt::format("who queues was found by a walk of the stack {} times: the trace cost more than it "
                            "says",
                            grouped(rings.unwound())));
        if (awaited_) {
            if (const uint64_t missed = rings.missed())
                print_note(
                    fmt::format("{} events were overwritten before anybody had looked whether it came: a larger "
                                "--ring",
                                grouped(missed)));
            print_note(awaited_->verdict());
            std::fputs(awaited_->details().c_str(), stderr);
        }
        if (!file_.is_standard_output())
            print_note(fmt::format("{} events in {}, {}; memory {}, of the module {}; {:.0f} ns an event",
                                   grouped(tail.events), human_time(tail.elapsed_ns, Charset::kAscii), *flags_.output,
                                   human_size(recording_->memory_bytes() - recording_->module_bytes()),
                                   human_size(recording_->module_bytes()), tail.ns_per_event));
    }

    const TraceFlags& flags_;
    Source& source_;
    OutFile file_;
    Style on_error_;  // of what is said beside the recording
    Lab lab_;         // of its own: a thread stops the recording, while the machine is looked at
    TraceOptions options_;
    std::optional<Awaited> awaited_;
    uint64_t duration_ns_ = UINT64_MAX;
    std::unique_ptr<TraceRecording> recording_;
    std::unique_ptr<EventSink> writer_;
    std::unique_ptr<OnlyWorkqueues> only_;
    Head head_;
    std::string ended_by_ = "time";
    uint64_t events_ = 0;
    uint64_t seen_until_ = 0;
    uint64_t gaps_ = 0;
    std::string trouble_;  // of the last look for what is waited for
    uint64_t pools_known_at_ = 0;
    // When each was: one that has gone is hardly there the next time, but another may get its number.
    std::map<int32_t, uint64_t> pools_asked_for_;
    uint64_t ends_at_ = 0;  // 0: what is waited for has not come
    bool told_ = false;
};

class TraceCommand final : public Command {
    TraceFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        flags_.check();
        if (flags_.shows())
            return show(context);
        if (output_of(flags_) == TraceFormat::kPerfetto && (!flags_.output || *flags_.output == "-") && isatty(1))
            throw Error::usage("a file of Perfetto's is nothing for a terminal", "-o FILE, or --format text");
        Progress progress(!flags_.no_progress && flags_.output);
        return Run(flags_, context).go(progress);
    }

    int show(Context& context)
    {
        if (flags_.words.size() < 2)
            throw Error::usage("show which file?", "wqctl trace show FILE [REGEX...]");
        const auto format = flags_.format_or(TraceFormat::kPerfetto);
        if (format == TraceFormat::kEvents)
            throw Error::usage("a file holds stories, not events", "--format text or json");
        return show_trace(flags_.words[1], {flags_.words.begin() + 2, flags_.words.end()}, flags_.show,
                          format == TraceFormat::kText   ? ShowFormat::kText
                          : format == TraceFormat::kJson ? ShowFormat::kJson
                                                         : ShowFormat::kSums,
                          context.output());
    }
};

}  // namespace

std::unique_ptr<Command> make_trace() { return std::make_unique<TraceCommand>(); }

}  // namespace wqctl
