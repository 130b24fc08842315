// SPDX-License-Identifier: GPL-2.0
// Reads the kernel's log for warnings of the workqueue code, and tells those in
// which this module has a part from those that somebody else has earned.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqlab {

// A line as printk() stores it, while who prints it still waits.
struct LogLine {
    const char* text;  // without a NUL
    size_t size;
    uintptr_t writer;     // who prints it: a task, or an interrupt that came upon one
    const char* command;  // of the task
    bool in_interrupt;

    bool has(const char* words) const { return find(words) != nullptr; }
    const char* find(const char* words) const;
};

// Whether it begins a report of the workqueue code's.
bool warns_of_workqueues(const LogLine& line);

// A warning is a report: what one writer prints from "[ cut here ]" to "[ end
// trace", with the lines of others between. It is ours if one of our threads or
// wqctl prints it, or if a line names a function of ours: the item that runs, a
// caller, what a message is about. What a report says of the task that an
// interrupt came upon, and what the unwinder guesses ("? "), proves nothing.
//
// A timer of ours that queues an item leaves no trace of us, so what is not ours
// only may be somebody else's.
class Warnings {
public:
    // Any context, any number at once.
    void see(const LogLine& line);

    uint32_t all() const { return __atomic_load_n(&all_, __ATOMIC_RELAXED); }
    uint32_t ours() const { return __atomic_load_n(&ours_, __ATOMIC_RELAXED); }

private:
    struct Report {
        uintptr_t writer = 0;  // 0: free. What follows is the writer's alone
        bool warned = false;   // by the workqueue code
        bool ours = false;
        bool counted = false;
        bool of_interrupted = false;  // the rest is about whom the interrupt came upon
    };

    // Reports at once: one for each CPU that warns, and a few that were never ended, because who printed them died of
    // it. They stay taken as long as the listener lives, which is one wqctl's run. Where more are wanted, a warning of
    // ours is noted as perhaps somebody else's: a kernel that dies sixteen times is not judged by that.
    static constexpr uint32_t kReports = 16;

    Report* find(uintptr_t writer);
    // nullptr: all are taken, and whose this one is will not be known.
    Report* begin(uintptr_t writer);
    static bool names_us(const LogLine& line, const Report& report);

    Report reports_[kReports];
    uint32_t all_ = 0;
    uint32_t ours_ = 0;
};

}  // namespace wqlab
