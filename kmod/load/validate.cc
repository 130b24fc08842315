// SPDX-License-Identifier: GPL-2.0
// The rules of core/run_rules.hh in the words of an extack, of which 79 characters
// are kept.
#include "validate.hh"

#include "../core/run_rules.hh"
#include "../core/text.hh"
#include "../glue/cpu.h"
#include "../glue/workqueue.h"
#include "issuer.hh"
#include "loaded_queue.hh"

namespace wqlab {

namespace {

RunLimits limits_here()
{
    return {
        .workqueues = WQLAB_LIMIT_WORKQUEUES,
        .issuers = WQLAB_LIMIT_ISSUERS,
        .threads = WQLAB_LIMIT_THREADS,
        .items_in_flight = WQLAB_LIMIT_ITEMS_IN_FLIGHT,
        .memory_bytes = WQLAB_LIMIT_MEMORY_BYTES,
        .touch_bytes = WQLAB_LIMIT_TOUCH_BYTES,
        .alloc_bytes = WQLAB_LIMIT_ALLOC_BYTES,
        .sleep_ns = WQLAB_LIMIT_SLEEP_NS,
        .spin_ns = WQLAB_LIMIT_SPIN_NS,
        .bh_spin_ns = WQLAB_LIMIT_BH_SPIN_NS,
        .flush_wait_ns = WQLAB_LIMIT_FLUSH_WAIT_NS,
        .wq_flags = wqlab_wq_flags_known(),
        .features = wqlab_features(),
    };
}

const char* words_of(Setting setting)
{
    switch (setting) {
    case Setting::kInterval: return "open and burst need an interval; others have none";
    case Setting::kPoisson: return "Poisson arrivals are for mode open";
    case Setting::kBurst: return "a burst size is for mode burst";
    case Setting::kLinks: return "chain needs links; others have none";
    case Setting::kDelay: return "a delay is for mode delayed";
    case Setting::kModPercent: return "a mod share is for mode delayed";
    case Setting::kCancelPercent: return "RCU work can't be cancelled; drop the cancel share";
    case Setting::kCoalesce: return "coalescing is for modes open and burst";
    case Setting::kQueueCpu:
    case Setting::kQueueNode: return "delayed and rcu take no CPU or node to queue on";
    }
    return "";
}

// Formats of Broken's a and b.
const char* words_of(const Broken& broken)
{
    switch (broken.rule) {
    case Rule::kNone: return "";
    case Rule::kNoWorkqueue: return "a run needs a workqueue";
    case Rule::kNoIssuer: return "a run needs an issuer";
    case Rule::kWorkqueues: return "%llu workqueues exceed the limit of %llu";
    case Rule::kIssuers: return "%llu issuers exceed the limit of %llu";
    case Rule::kThreads: return "%llu issuing threads exceed the limit of %llu";
    case Rule::kItemsInFlight: return "%llu items in flight exceed the limit of %llu";
    case Rule::kMemory: return "%llu bytes of memory exceed the limit of %llu";
    case Rule::kNoSuchSystem: return "no such system workqueue; info lists those there are";
    case Rule::kSystemFlags: return "a system workqueue has its own flags; give none";
    case Rule::kSystemMaxActive: return "a system workqueue has its own max_active; give none";
    case Rule::kBhFlags: return "BH goes with HIGHPRI only; drop flags 0x%llx";
    case Rule::kBhMaxActive: return "BH has no max_active; leave it 0";
    case Rule::kOrderedPercpu:
    case Rule::kUnboundPercpu: return "PERCPU excludes UNBOUND and ordered; give one";
    case Rule::kOrderedMaxActive: return "ordered means max_active 1; leave it 0";
    case Rule::kOrderedSysfs: return "this kernel refuses SYSFS for an ordered workqueue";
    case Rule::kFlagsUnknown:
        return broken.a == WQLAB_WQ_BH ? "this kernel has no BH workqueues: they came with Linux 6.9"
                                       : "this kernel lacks flags 0x%llx";
    case Rule::kNotInMode:
    case Rule::kMissingInMode: return words_of(broken.setting);
    case Rule::kBurstBeyondDepth: return "a burst of %llu needs a depth as large, not %llu";
    case Rule::kCpuAndNode: return "queue on a CPU or on a node, not both";
    case Rule::kIssuerCpu: return "CPU %llu to issue from is not online";
    case Rule::kQueueCpu: return "CPU %llu to queue on is not online";
    case Rule::kQueueNode: return "node %llu is not online";
    case Rule::kBytesOrNone: return "touch and alloc need bytes; other bodies have none";
    case Rule::kBytes: return "%llu bytes exceed the limit of %llu";
    case Rule::kTimeOrNone: return "spin, sleep and mutex need a time; others have none";
    case Rule::kTime: return "%llu ns exceed the limit of %llu";
    case Rule::kTimeEmpty: return "a uniform time from %llu to %llu ns is empty";
    case Rule::kBhSleeps: return "items of a BH workqueue can't sleep; let them spin";
    case Rule::kBhTime: return "%llu ns exceed the limit of %llu in softirq context";
    case Rule::kFlushWait: return "flushes may wait %llu ns, beyond %llu; lower depth or threads";
    case Rule::kNodeNeedsUnbound: return "queue_work_node() is for unbound workqueues";
    }
    return "";
}

// False: nothing is broken.
bool says(Refusal& refusal, const void* origin, const Broken& broken)
{
    if (!broken)
        return false;
    refusal = {Errno::kInvalid, origin, words_of(broken), {broken.a, broken.b}};
    return true;
}

bool says(Refusal& refusal, const void* origin, const char* format, unsigned long long a, unsigned long long b = 0)
{
    refusal = {Errno::kInvalid, origin, format, {a, b}};
    return true;
}

bool printable_name(const char* name)
{
    if (!*name)
        return false;
    for (; *name; name++)
        if (*name <= ' ' || *name > '~' || *name == '/')
            return false;
    return true;
}

bool refuse_workqueue(const RunSpec& run, uint32_t index, const RunLimits& limits, Refusal& refusal)
{
    const WorkqueueSpec& wq = run.workqueues[index];
    if (!printable_name(wq.name))
        return says(refusal, wq.origin, "a workqueue's name is 1 to %llu printable characters, no /",
                    WQLAB_NAME_LEN - 1);
    for (uint32_t other = 0; other < index; other++)
        if (same_text(wq.name, run.workqueues[other].name))
            return says(refusal, wq.origin, "workqueues %llu and %llu have the same name", other, index);
    uint32_t flags;
    return says(refusal, wq.origin,
                wq.is_system() ? judge_system(wq, wqlab_wq_system(wq.system, &flags)) : judge(wq, limits));
}

uint32_t nr_cpus_of(const IssuerSpec& issuer)
{
    if (!issuer.cpus.empty())
        return issuer.cpus.size();
    uint32_t online = 0;
    for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
        online += wqlab_cpu_online(cpu);
    return online;
}

bool refuse_issuer(const RunSpec& run, const IssuerSpec& issuer, const RunLimits& limits, Refusal& refusal)
{
    if (issuer.workqueue >= run.workqueues.size())
        return says(refusal, issuer.origin, "issuer for workqueue %llu of %llu", issuer.workqueue,
                    run.workqueues.size());
    const WorkqueueSpec& wq = run.workqueues[issuer.workqueue];
    IssuedOn issued_on = {.flags = wq.flags, .max_active = wq.max_active};
    if (wq.is_system())
        wqlab_wq_system(wq.system, &issued_on.flags);
    for (const IssuerSpec& other : run.issuers) {
        if (other.workqueue == issuer.workqueue)
            issued_on.line += line_of(other, limits);
        if (other.body.kind == WQLAB_BODY_MUTEX)
            issued_on.mutex_line += line_of(other, limits);
    }
    const auto asked = [&](Setting setting) { return issuer.asks_for(setting); };
    return says(refusal, issuer.origin, judge_mode(issuer, asked)) ||
           says(refusal, issuer.origin,
                judge_places(issuer, {issuer.cpus.begin(), issuer.cpus.size()}, wqlab_cpu_online, wqlab_node_online)) ||
           says(refusal, issuer.origin, judge(issuer.body, limits)) ||
           says(refusal, issuer.origin, judge_on(issuer, issued_on, nr_cpus_of(issuer), limits));
}

RunSize size_of(const RunSpec& spec)
{
    RunSize size = {
        .workqueues = spec.workqueues.size(), .issuers = spec.issuers.size(), .memory_bytes = memory_of(spec)};
    for (const IssuerSpec& issuer : spec.issuers) {
        size.threads += issuer.threads;
        size.items_in_flight += uint64_t{issuer.threads} * issuer.depth;
    }
    return size;
}

}  // namespace

uint64_t memory_of(const RunSpec& spec)
{
    const uint64_t cpus = wqlab_nr_cpus();
    uint64_t bytes = spec.workqueues.size() * cpus * (sizeof(CpuRecord) + cpus * sizeof(Counter));
    for (const IssuerSpec& issuer : spec.issuers) {
        const uint64_t touched = issuer.body.kind == WQLAB_BODY_TOUCH ? issuer.body.bytes : 0;
        bytes += issuer.threads * (sizeof(Issuer) + cpus * sizeof(Counter) + issuer.depth * (sizeof(Item) + touched));
    }
    return bytes;
}

bool refuse(const RunSpec& spec, Refusal& refusal)
{
    const RunLimits limits = limits_here();
    if (says(refusal, nullptr, judge(size_of(spec), limits)))
        return true;
    for (uint32_t i = 0; i < spec.workqueues.size(); i++)
        if (refuse_workqueue(spec, i, limits, refusal))
            return true;
    for (const IssuerSpec& issuer : spec.issuers)
        if (refuse_issuer(spec, issuer, limits, refusal))
            return true;
    return false;
}

}  // namespace wqlab
