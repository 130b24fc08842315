// SPDX-License-Identifier: GPL-2.0
#include "recorder/trace_recording.hh"

#include <algorithm>
#include <bit>
#include <chrono>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fmt/core.h>
#include <sys/resource.h>

#include "core/trace_memory.hh"
#include "system/files.hh"
#include "text/cpu_list.hh"
#include "text/error.hh"
#include "text/units.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

constexpr size_t kSpoolBytes = size_t{32} << 20;

uint64_t clock_ns(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// The kernel's nr_cpu_ids.
uint32_t possible_cpus()
{
    const CpuList possible = parse_cpu_list(read_line("/sys/devices/system/cpu/possible").value_or("0"));
    return possible.empty() ? 1 : possible.back() + 1;
}

// For at most so many bytes of rings: as many events as are a power of two.
size_t memory_size(uint64_t buffer_bytes)
{
    if (buffer_bytes > WQLAB_LIMIT_TRACE_BYTES)
        throw Error::usage(fmt::format("a buffer of {} is more than there may be, {}", human_size(buffer_bytes),
                                       human_size(WQLAB_LIMIT_TRACE_BYTES)));
    const uint32_t cpus = possible_cpus();
    const uint64_t events = buffer_bytes / cpus / sizeof(wqlab_trace_record);
    if (events < wqlab::EventRing::kLeast)
        throw Error::usage(fmt::format("a buffer of {} is less than {} CPUs need, {}", human_size(buffer_bytes), cpus,
                                       human_size(wqlab::EventRing::kLeast * cpus * sizeof(wqlab_trace_record))));
    return wqlab::TraceMemory::size(static_cast<uint32_t>(std::bit_floor(events)), cpus);
}

}  // namespace

TraceRecording::TraceRecording(Lab& lab, const TraceOptions& options)
    : lab_(lab),
      options_(options),
      memory_(memory_size(options.buffer_bytes)),
      spool_(possible_cpus(), options.overwrite || !options.drained ? 0 : kSpoolBytes)
{
    Message request;
    request.put_u64(WQLAB_A_TRACE_MEMORY, memory_.address());
    request.put_u64(WQLAB_A_TRACE_SIZE, memory_.size());
    if (options.overwrite)
        request.put_flag(WQLAB_A_TRACE_OVERWRITE);
    if (options.kinds)
        request.put_u64(WQLAB_A_TRACE_EVENTS, options.kinds);
    const uint64_t asked_ns = clock_ns(CLOCK_MONOTONIC);
    lab.ask(WQLAB_CMD_TRACE_START, request, [&](uint8_t, const Attributes& reply) {
        layout_ = reply.row<wqlab_trace_layout>(WQLAB_A_TRACE_LAYOUT).value_or(wqlab_trace_layout{});
        for (const Attribute& attribute : reply.all())
            if (attribute.type == WQLAB_A_TRACE_MISSING)
                missing_.push_back(Attributes::to_string(attribute.payload));
    });
    try {
        begin(asked_ns);
    } catch (...) {
        end();  // no destructor does it, and the memory goes
        throw;
    }
}

void TraceRecording::begin(uint64_t asked_ns)
{
    const auto fits = [](uint64_t at, uint64_t count, size_t each, uint64_t end) {
        return at <= end && count <= (end - at) / each;
    };
    if (!layout_.cpus || layout_.cpus > possible_cpus() || !std::has_single_bit(layout_.events) ||
        !fits(layout_.rings_at, uint64_t{layout_.cpus} * layout_.events, sizeof(wqlab_trace_record), memory_.size()) ||
        !fits(layout_.names_at, layout_.names, sizeof(wqlab_trace_name), layout_.rings_at) ||
        !fits(layout_.cpus_at, layout_.cpus, sizeof(wqlab_trace_cpu), layout_.names_at))
        throw Error(kBad, "the module has another idea of the memory of a trace", "load the module of the same build");
    const uint64_t answered_ns = clock_ns(CLOCK_MONOTONIC);
    const uint64_t begun = layout_.begun_ns >= asked_ns && layout_.begun_ns <= answered_ns ? layout_.begun_ns
                                                                                           : answered_ns;
    clock_ = layout_.is_counter ? CLOCK_MONOTONIC_RAW : CLOCK_MONOTONIC;
    begun_ns_ = clock_ns(clock_) - (clock_ns(CLOCK_MONOTONIC) - begun);
    rings_ = std::make_unique<Rings>(memory_.bytes(), layout_, options_.overwrite, spool_);
    decoder_ = std::make_unique<Decoder>(*rings_, layout_, tables_);
    duration_ns_ = options_.duration_ns;
    try {
        thread_ = std::thread([this] { keep_room(); });
    } catch (const std::system_error& error) {
        throw Error(kBad, fmt::format("there is no memory for a thread, or there are too many: {}", error.what()));
    }
}

// The kernel must not write what is nobody's any more.
TraceRecording::~TraceRecording()
{
    try {
        stop();
    } catch (const Error&) {
        // There is no module any more, and so no trace.
    }
}

void TraceRecording::keep_room()
{
    // As long as it takes to fill a quarter of the rings, at a rate that few machines know, and seldom enough to be no
    // load.
    constexpr std::chrono::nanoseconds kPause(5'000'000);
    constexpr uint64_t kIdle = 3'600'000'000'000;
    // Of this thread alone. Who is late loses events.
    setpriority(PRIO_PROCESS, 0, -20);
    const bool drains = !options_.overwrite && options_.drained;
    std::unique_lock guard(lock_);
    while (wanted_) {
        const uint64_t elapsed = elapsed_ns();
        if (elapsed >= duration_ns_)
            break;
        guard.unlock();
        const bool calm = !drains || rings_->drain(elapsed);
        guard.lock();
        if (!calm || !wanted_)
            continue;
        const std::chrono::nanoseconds left(std::min(duration_ns_ - std::min(duration_ns_, elapsed_ns()), kIdle));
        changed_.wait_for(guard, drains ? std::min(left, kPause) : left);
    }
    guard.unlock();
    end();
}

void TraceRecording::end()
{
    // The module is deaf as soon as it is told, and then takes its time.
    const uint64_t now = running_ns();
    try {
        Message request;
        lab_.ask(WQLAB_CMD_TRACE_STOP, request, [this](uint8_t, const Attributes& reply) {
            for (const Attribute& attribute : reply.all()) {
                if (attribute.type != WQLAB_A_TRACE_PASSED_OVER)
                    continue;
                const Attributes one(attribute.payload);
                passed_over_.push_back(
                    {one.string(WQLAB_A_TRACE_PASSED_OVER_WHAT), one.u64(WQLAB_A_TRACE_PASSED_OVER_CALLS)});
            }
        });
    } catch (const Error& error) {
        refusal_ = error.message;
    }
    ended_ns_ = std::max(now, uint64_t{1});
}

void TraceRecording::set_duration(uint64_t ns)
{
    const std::lock_guard guard(lock_);
    duration_ns_ = ns;
    changed_.notify_one();
}

void TraceRecording::stop()
{
    if (stopped_)
        return;
    stopped_ = true;
    {
        const std::lock_guard guard(lock_);
        wanted_ = false;
        changed_.notify_one();
    }
    thread_.join();
    if (!refusal_.empty())
        throw Error(kBad, refusal_);
}

uint64_t TraceRecording::elapsed_ns() const
{
    const uint64_t ended = ended_ns_;
    return ended ? std::max(ended, newest_ns_) : running_ns();
}

uint64_t TraceRecording::running_ns() const { return clock_ns(clock_) - begun_ns_; }

void TraceRecording::rewind()
{
    rings_->rewind();
    // What a task was called last says little of what it was called first.
    decoder_->forget_tasks();
    rings_->look_through([this](uint32_t cpu, const wqlab_trace_record& record) { decoder_->expect(cpu, record); });
}

std::vector<Event> TraceRecording::last_gaps() const
{
    std::vector<Event> gaps;
    for (uint32_t cpu = 0; cpu < rings_->cpus(); cpu++)
        if (const Rings::Loss loss = rings_->loss(cpu); loss.gap)
            gaps.push_back(decoder_->gap(cpu, loss));
    std::sort(gaps.begin(), gaps.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
    for (Event& gap : gaps)
        gap.other = std::max(gap.time, elapsed_ns());
    return gaps;
}

bool TraceRecording::clock_is_steady() const
{
    const auto clocks = read_line("/sys/devices/system/clocksource/clocksource0/available_clocksource");
    if (!layout_.is_counter || !clocks)
        return true;
    // The kernel strikes the TSC from its clocks when it has found that CPUs' differ. There are others with its name in
    // theirs.
    std::istringstream words(*clocks);
    return std::any_of(std::istream_iterator<std::string>(words), {},
                       [](const std::string& clock) { return clock == "tsc" || clock == "arch_sys_counter"; });
}

void TraceRecording::fill(Head& head) const
{
    head.cpus = layout_.cpus;
    head.clock = layout_.is_counter ? "counter" : "monotonic";
    // The kernel has found the counters of all CPUs to be one; its fast clock may step back a little when it is set.
    head.clock_error_ns = layout_.is_counter ? std::max<uint64_t>(decoder_->ns_of(1), 1) : 1000;
    head.buffer_bytes = uint64_t{layout_.cpus} * layout_.events * sizeof(wqlab_trace_record);
    const uint64_t since = running_ns();
    head.begun_boot_ns = clock_ns(CLOCK_BOOTTIME) - since;
    head.begun_wall_ns = clock_ns(CLOCK_REALTIME) - since;
    head.missing.insert(head.missing.end(), missing_.begin(), missing_.end());
}

void TraceRecording::fill(Tail& tail) const
{
    tail.elapsed_ns = elapsed_ns();
    tail.passed_over = passed_over_;
    tail.clocks_differ = !clock_is_steady();
    tail.ns_per_event = rings_->ticks_per_event() * layout_.mult / static_cast<double>(uint64_t{1} << layout_.shift);
    for (uint32_t cpu = 0; cpu < rings_->cpus(); cpu++)
        if (const Rings::Loss loss = rings_->loss(cpu); loss.events)
            tail.lost.push_back({cpu, loss.events});
}

}  // namespace wqctl
