// SPDX-License-Identifier: GPL-2.0
// Hears what the watchdog of workqueues says.
#pragma once

#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../harness/kernel_log.hh"

namespace wqlab {

// False: it is not there, or is no number alone ("0-3"). VALUE is written once, for who reads it meanwhile.
inline bool number_behind(const LogLine& line, const char* words, int64_t& value)
{
    const char* at = line.find(words);
    if (!at)
        return false;
    at += __builtin_strlen(words);
    const char* end = line.text + line.size;
    const bool negative = at < end && *at == '-';
    at += negative;
    const char* begin = at;
    int64_t number = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    __atomic_store_n(&value, negative ? -number : number, __ATOMIC_RELAXED);
    return at != begin && (at == end || (*at != '-' && *at != ','));
}

// What the watchdog prints, piece by piece, of the pool of one CPU and nice value; or of those of one nice value.
class Lockups {
public:
    static constexpr const char* kThresh = "/sys/module/workqueue/parameters/watchdog_thresh";
    static constexpr uint32_t kAnyCpus = UINT32_MAX;

    Lockups(uint32_t cpu, int32_t nice) : cpu_(cpu), nice_(nice) {}

    void see(const LogLine& line)
    {
        if (line.has("workqueue lockup - pool")) {
            writer_ = line.writer;
            is_cpu_ = cpu_ == kAnyCpus;
            is_nice_ = false;
            any_++;
        }
        if (line.has("Showing busy workqueues and worker pools:")) {
            if (!any_)
                __atomic_add_fetch(&unfounded_, 1, __ATOMIC_RELAXED);
            any_ = 0;
        }
        if (line.writer != writer_)
            return;
        int64_t value;
        if (cpu_ != kAnyCpus && number_behind(line, " cpus=", value))
            is_cpu_ = value == cpu_;
        if (number_behind(line, " nice=", value))
            is_nice_ = value == nice_;
        if (!number_behind(line, " stuck for ", value))
            return;
        writer_ = 0;
        if (!is_cpu_ || !is_nice_)
            return;
        // One at a time: the watchdog is one timer.
        seconds_[reports_ % kKept] = static_cast<uint32_t>(value);
        __atomic_add_fetch(&reports_, 1, __ATOMIC_RELEASE);
    }

    uint32_t ours() const { return __atomic_load_n(&reports_, __ATOMIC_ACQUIRE); }
    // Of the n-th, from 0; the last few are kept.
    uint32_t seconds(uint32_t n) const { return seconds_[n % kKept]; }
    // That all workqueues were shown, and no pool was said to be stuck.
    uint32_t unfounded() const { return __atomic_load_n(&unfounded_, __ATOMIC_RELAXED); }

private:
    static constexpr uint32_t kKept = 32;

    const uint32_t cpu_;
    const int32_t nice_;
    uint32_t seconds_[kKept] = {};
    uintptr_t writer_ = 0;
    bool is_cpu_ = false, is_nice_ = false;
    uint32_t any_ = 0;
    uint32_t reports_ = 0, unfounded_ = 0;
};

// It counts in jiffies, which leave 32 bits five minutes after the start. False: the trial was given up before.
// Before it is told to look each second: what others do meanwhile is none of its business.
inline bool jiffies_left_32_bits(const Trial& t)
{
    while (!(wqlab_jiffies() >> 32) && !t.given_up())
        wqlab_sleep(check_bounds::kSecond);
    return !t.given_up();
}

// The watchdog's timer wakes no CPU: none sleeps for long while this lasts.
class Awake {
public:
    explicit Awake(Trial& t) : over_(t.own<bool>())
    {
        bool* const over = over_;
        for (uint32_t cpu = 0; over && cpu < wqlab_nr_cpus(); cpu++)
            if (wqlab_cpu_online(cpu))
                t.actor("who keeps a CPU awake", static_cast<int>(cpu), [over, &t] {
                    while (!__atomic_load_n(over, __ATOMIC_ACQUIRE) && !t.given_up())
                        wqlab_sleep(check_bounds::kSecond / 20);
                });
    }
    Awake(const Awake&) = delete;
    ~Awake()
    {
        if (over_)
            __atomic_store_n(over_, true, __ATOMIC_RELEASE);
    }

private:
    bool* const over_;
};

}  // namespace wqlab
