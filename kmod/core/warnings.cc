// SPDX-License-Identifier: GPL-2.0
#include "warnings.hh"

#include "span.hh"

namespace wqlab {

namespace {

// A kernel without DEBUG_BUGVERBOSE says in which function it warned, and not in which file.
constexpr const char* kWorkqueueFunctions[] = {
#define FUNCTION(name) #name,
#include "workqueue_functions.def"
#undef FUNCTION
};

size_t length(const char* text)
{
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

bool begins(const char* text, const char* end, const char* words)
{
    for (; *words; text++, words++)
        if (text == end || *text != *words)
            return false;
    return true;
}

}  // namespace

// "WARNING: CPU: 1 PID: 88 at __queue_work+0x3b1/0x580", and 7.x without what is before "at".
bool warns_of_workqueues(const LogLine& line)
{
    if (!line.has("WARNING: "))
        return false;
    if (line.has("workqueue"))
        return true;
    const char* at = line.find(" at ");
    if (!at)
        return false;
    at += 4;
    const char* end = line.text + line.size;
    for (const char* function : kWorkqueueFunctions) {
        const char* behind = at + length(function);
        // The compiler's own parts of it are called "name.part.0".
        if (begins(at, end, function) && behind < end && (*behind == '+' || *behind == '.'))
            return true;
    }
    return false;
}

const char* LogLine::find(const char* words) const
{
    const char* end = text + size;
    for (const char* at = text; at < end; at++)
        if (begins(at, end, words))
            return at;
    return nullptr;
}

Warnings::Report* Warnings::find(uintptr_t writer)
{
    for (Report& report : reports_)
        if (__atomic_load_n(&report.writer, __ATOMIC_ACQUIRE) == writer)
            return &report;
    return nullptr;
}

Warnings::Report* Warnings::begin(uintptr_t writer)
{
    for (Report& report : reports_) {
        uintptr_t nobody = 0;
        if (!__atomic_compare_exchange_n(&report.writer, &nobody, writer, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        report.warned = report.ours = report.counted = report.of_interrupted = false;
        return &report;
    }
    return nullptr;
}

bool Warnings::names_us(const LogLine& line, const Report& report)
{
    const LogLine command = {line.command, length(line.command), 0, nullptr, false};
    if (!line.in_interrupt && (command.has("wqlab_") || command.has("wqctl")))
        return true;
    if (line.in_interrupt && (report.of_interrupted || line.has("Workqueue: ")))
        return false;
    // With CONFIG_STACKTRACE_BUILD_ID there is a number behind the name.
    return !line.has("? ") && (line.has("[wqlab]") || line.has("[wqlab "));
}

void Warnings::see(const LogLine& line)
{
    Report* report = find(line.writer);
    if (line.has("[ cut here ]")) {
        // One before it never ended.
        if (report)
            __atomic_store_n(&report->writer, 0, __ATOMIC_RELEASE);
        report = begin(line.writer);
    }
    if (warns_of_workqueues(line)) {
        __atomic_add_fetch(&all_, 1, __ATOMIC_RELAXED);
        if (!report)
            report = begin(line.writer);
        if (report)
            report->warned = true;
    }
    if (!report)
        return;
    if (line.in_interrupt && line.has("<TASK>"))
        report->of_interrupted = true;
    report->ours = report->ours || names_us(line, *report);
    if (report->warned && report->ours && !report->counted) {
        report->counted = true;
        __atomic_add_fetch(&ours_, 1, __ATOMIC_RELAXED);
    }
    if (line.has("[ end trace "))
        __atomic_store_n(&report->writer, 0, __ATOMIC_RELEASE);
}

}  // namespace wqlab
