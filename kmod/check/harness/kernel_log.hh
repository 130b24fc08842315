// SPDX-License-Identifier: GPL-2.0
// Hears the kernel's log for as long as it lives.
#pragma once

#include "../../core/warnings.hh"
#include "../../glue/kernel_log.h"
#include "trial.hh"

namespace wqlab {

// Counter: has see(const LogLine&), for any context.
template <typename Counter>
class LogListener {
public:
    template <typename... Arguments>
    explicit LogListener(Arguments... arguments)
        : counter_(arguments...), log_{see, &counter_}, attached_(wqlab_log_attach(&log_))
    {
    }
    LogListener(const LogListener&) = delete;
    ~LogListener()
    {
        if (attached_)
            wqlab_log_detach(&log_);
    }

    // False: the log can't be heard here.
    bool attached() const { return attached_; }
    const Counter& heard() const { return counter_; }

private:
    static void see(void* counter, const wqlab_log_line* line)
    {
        static_cast<Counter*>(counter)->see({line->text, line->size, line->writer, line->command, line->in_interrupt});
    }

    Counter counter_;
    wqlab_log log_;
    bool attached_;
};

class LinesWith {
public:
    explicit LinesWith(const char* words) : words_(words) {}

    void see(const LogLine& line)
    {
        if (line.has(words_))
            __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    const char* words_;
    uint32_t count_ = 0;
};

// What the kernel says once, such as WARN_ON_ONCE(), it says again. False: it can't be made to.
inline bool warns_again(Trial& t) { return t.write("/sys/kernel/debug/clear_warn_once", "1") == 0; }

// The same where nothing can be judged without it. False: the trial is decided.
inline bool hear_again(Trial& t)
{
    if (!warns_again(t))
        t.skip("clear_warn_once can't be written");
    return !t.decided();
}

// For a check that waits for what the kernel has to say.
template <typename Counter>
class KernelLog {
public:
    template <typename... Arguments>
    explicit KernelLog(Trial& trial, Arguments... arguments) : trial_(trial), listener_(arguments...)
    {
        if (!listener_.attached())
            trial.skip("the kernel's log can't be watched here");
    }

    uint32_t count() const { return trial_.has_fault(Fault::kLogIsSilent) ? 0 : listener_.heard().ours(); }

private:
    Trial& trial_;
    LogListener<Counter> listener_;
};

}  // namespace wqlab
