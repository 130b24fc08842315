// SPDX-License-Identifier: GPL-2.0
#include "validate.hh"

#include "../core/text.hh"
#include "../glue/cpu.h"
#include "../glue/workqueue.h"
#include "issuer.hh"
#include "loaded_queue.hh"

namespace wqlab {

namespace {

// The first broken rule of one part of the request.
class Rules {
public:
    Rules(Refusal& refusal, const void* origin) : refusal_(refusal), origin_(origin) {}

    // Refused if broken. The texts fit the 79 characters of an extack.
    Rules& refuse_if(bool broken, const char* format, unsigned long long a = 0, unsigned long long b = 0)
    {
        if (broken && !broken_) {
            broken_ = true;
            refusal_ = {Errno::kInvalid, origin_, format, {a, b}};
        }
        return *this;
    }
    bool broken() const { return broken_; }

private:
    Refusal& refusal_;
    const void* origin_;
    bool broken_ = false;
};

bool printable_name(const char* name)
{
    if (!*name)
        return false;
    for (; *name; name++)
        if (*name <= ' ' || *name > '~' || *name == '/')
            return false;
    return true;
}

bool refuse_system(const WorkqueueSpec& spec, Rules& rules)
{
    uint32_t flags;
    return rules
        .refuse_if(!wqlab_wq_system(spec.system, &flags), "no such system workqueue; info lists those there are")
        .refuse_if(spec.flags, "a system workqueue has its own flags; give none")
        .refuse_if(spec.max_active, "a system workqueue has its own max_active; give none")
        .broken();
}

bool refuse_own(const WorkqueueSpec& spec, Rules& rules)
{
    const uint32_t features = wqlab_features();
    const bool bh = spec.has(WQLAB_WQ_BH);
    const bool ordered = spec.has(WQLAB_WQ_ORDERED);
    const uint32_t bh_allows =
        WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI | (features & WQLAB_FEATURE_BH_PERCPU ? WQLAB_WQ_PERCPU : 0);

    return rules
        .refuse_if(spec.flags & ~wqlab_wq_flags_known(), "this kernel lacks flags 0x%llx",
                   spec.flags & ~wqlab_wq_flags_known())
        .refuse_if(bh && spec.flags & ~bh_allows, "BH goes with HIGHPRI only; drop flags 0x%llx",
                   spec.flags & ~bh_allows)
        .refuse_if(bh && spec.max_active, "BH has no max_active; leave it 0")
        .refuse_if(ordered && spec.max_active > 1, "ordered means max_active 1; leave it 0")
        .refuse_if((ordered || spec.has(WQLAB_WQ_UNBOUND)) && spec.has(WQLAB_WQ_PERCPU),
                   "PERCPU excludes UNBOUND and ordered; give one")
        .refuse_if(ordered && spec.has(WQLAB_WQ_SYSFS) && !(features & WQLAB_FEATURE_ORDERED_SYSFS),
                   "this kernel refuses SYSFS for an ordered workqueue")
        .broken();
}

bool refuse_workqueues(const RunSpec& spec, Refusal& refusal)
{
    for (uint32_t i = 0; i < spec.workqueues.size(); i++) {
        const WorkqueueSpec& wq = spec.workqueues[i];
        Rules rules(refusal, wq.origin);
        rules.refuse_if(!printable_name(wq.name), "a workqueue's name is 1 to %llu printable characters, no /",
                        WQLAB_NAME_LEN - 1);
        for (uint32_t j = 0; j < i; j++)
            rules.refuse_if(same_text(wq.name, spec.workqueues[j].name),
                            "workqueues %llu and %llu have the same name", j, i);
        if (rules.broken() || (wq.is_system() ? refuse_system(wq, rules) : refuse_own(wq, rules)))
            return true;
    }
    return false;
}

bool refuse_mode(const IssuerSpec& spec, Rules& rules)
{
    const bool delayed = spec.mode == WQLAB_MODE_DELAYED;
    const bool rcu = spec.mode == WQLAB_MODE_RCU;
    const bool on_cpu = spec.queue_on != IssuerSpec::kAnywhere;
    const bool on_node = spec.queue_node != IssuerSpec::kAnywhere;

    return rules
        .refuse_if(spec.paced() != (spec.interval != 0), "open and burst need an interval; others have none")
        .refuse_if(spec.poisson && spec.mode != WQLAB_MODE_OPEN, "Poisson arrivals are for mode open")
        .refuse_if(spec.mode != WQLAB_MODE_BURST && spec.burst != 1, "a burst size is for mode burst")
        .refuse_if(spec.burst > spec.depth, "a burst of %llu needs a depth as large, not %llu", spec.burst, spec.depth)
        .refuse_if((spec.mode == WQLAB_MODE_CHAIN) != (spec.links != 0), "chain needs links; others have none")
        .refuse_if(spec.delay && !delayed, "a delay is for mode delayed")
        .refuse_if(spec.mod_percent && !delayed, "a mod share is for mode delayed")
        .refuse_if(spec.cancel_percent && rcu, "RCU work can't be cancelled; drop the cancel share")
        .refuse_if(spec.coalesce && !spec.paced(), "coalescing is for modes open and burst")
        .refuse_if((on_cpu || on_node) && (delayed || rcu), "delayed and rcu take no CPU or node to queue on")
        .refuse_if(on_cpu && on_node, "queue on a CPU or on a node, not both")
        .refuse_if(on_cpu && !wqlab_cpu_online(spec.queue_on), "CPU %llu to queue on is not online", spec.queue_on)
        .refuse_if(on_node && !wqlab_node_online(spec.queue_node), "node %llu is not online", spec.queue_node)
        .broken();
}

uint64_t most_time(const BodySpec& body)
{
    return body.kind == WQLAB_BODY_SLEEP ? WQLAB_LIMIT_SLEEP_NS : WQLAB_LIMIT_SPIN_NS;
}

uint64_t longest(const BodySpec& body)
{
    return body.time.longest(most_time(body));
}

bool refuse_body(const BodySpec& body, Rules& rules)
{
    const bool takes_bytes = body.kind == WQLAB_BODY_TOUCH || body.kind == WQLAB_BODY_ALLOC;
    const uint64_t most_bytes = body.kind == WQLAB_BODY_TOUCH ? WQLAB_LIMIT_TOUCH_BYTES : WQLAB_LIMIT_ALLOC_BYTES;
    const uint64_t most_ns = most_time(body);

    return rules
        .refuse_if(takes_bytes != (body.bytes != 0), "touch and alloc need bytes; other bodies have none")
        .refuse_if(body.bytes > most_bytes, "%llu bytes exceed the limit of %llu", body.bytes, most_bytes)
        .refuse_if(body.takes_time() != (body.time.asked() != 0), "spin, sleep and mutex need a time; others have none")
        .refuse_if(body.time.kind == WQLAB_DIST_UNIFORM && body.time.low > body.time.high,
                   "a uniform time from %llu to %llu ns is empty", body.time.low, body.time.high)
        .refuse_if(body.time.asked() > most_ns, "%llu ns exceed the limit of %llu", body.time.asked(), most_ns)
        .broken();
}

bool refuse_issuer(const RunSpec& run, const IssuerSpec& spec, Refusal& refusal)
{
    Rules rules(refusal, spec.origin);
    if (rules.refuse_if(spec.workqueue >= run.workqueues.size(), "issuer for workqueue %llu of %llu", spec.workqueue,
                        run.workqueues.size())
            .broken())
        return true;
    for (const uint32_t cpu : spec.cpus)
        rules.refuse_if(!wqlab_cpu_online(cpu), "CPU %llu to issue from is not online", cpu);

    const WorkqueueSpec& wq = run.workqueues[spec.workqueue];
    uint32_t flags = wq.flags;
    if (wq.is_system())
        wqlab_wq_system(wq.system, &flags);
    const bool bh = flags & WQLAB_WQ_BH;
    return rules.broken() || refuse_mode(spec, rules) || refuse_body(spec.body, rules) ||
           rules
               .refuse_if(bh && spec.body.may_sleep(), "items of a BH workqueue can't sleep; let them spin")
               .refuse_if(bh && spec.body.time.asked() > WQLAB_LIMIT_BH_SPIN_NS,
                          "%llu ns exceed the limit of %llu in softirq context", spec.body.time.asked(),
                          WQLAB_LIMIT_BH_SPIN_NS)
               .refuse_if((spec.flush_percent || spec.coalesce) &&
                              spec.depth * longest(spec.body) > WQLAB_LIMIT_FLUSH_WAIT_NS,
                          "flushes may wait %llu ns, beyond %llu; lower the depth",
                          spec.depth * longest(spec.body), WQLAB_LIMIT_FLUSH_WAIT_NS)
               .refuse_if(spec.queue_node != IssuerSpec::kAnywhere && !(flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED)),
                          "queue_work_node() is for unbound workqueues")
               .broken();
}

}  // namespace

uint64_t memory_of(const RunSpec& spec)
{
    const uint64_t cpus = wqlab_nr_cpus();
    uint64_t bytes = spec.workqueues.size() * cpus * (sizeof(CpuRecord) + cpus * sizeof(Counter));
    for (const IssuerSpec& issuer : spec.issuers) {
        const uint64_t touched = issuer.body.kind == WQLAB_BODY_TOUCH ? issuer.body.bytes : 0;
        bytes += issuer.threads *
                 (sizeof(Issuer) + cpus * sizeof(Counter) + issuer.depth * (sizeof(Item) + touched));
    }
    return bytes;
}

bool refuse(const RunSpec& spec, Refusal& refusal)
{
    uint64_t threads = 0, items = 0;
    for (const IssuerSpec& issuer : spec.issuers) {
        threads += issuer.threads;
        items += uint64_t{issuer.threads} * issuer.depth;
    }
    const bool broken =
        Rules(refusal, nullptr)
            .refuse_if(spec.workqueues.empty(), "a run needs a workqueue")
            .refuse_if(spec.issuers.empty(), "a run needs an issuer")
            .refuse_if(spec.workqueues.size() > WQLAB_LIMIT_WORKQUEUES, "%llu workqueues exceed the limit of %llu",
                       spec.workqueues.size(), WQLAB_LIMIT_WORKQUEUES)
            .refuse_if(spec.issuers.size() > WQLAB_LIMIT_ISSUERS, "%llu issuers exceed the limit of %llu",
                       spec.issuers.size(), WQLAB_LIMIT_ISSUERS)
            .refuse_if(threads > WQLAB_LIMIT_THREADS, "%llu issuing threads exceed the limit of %llu", threads,
                       WQLAB_LIMIT_THREADS)
            .refuse_if(items > WQLAB_LIMIT_ITEMS_IN_FLIGHT, "%llu items in flight exceed the limit of %llu", items,
                       WQLAB_LIMIT_ITEMS_IN_FLIGHT)
            .refuse_if(memory_of(spec) > WQLAB_LIMIT_MEMORY_BYTES, "%llu bytes of memory exceed the limit of %llu",
                       memory_of(spec), WQLAB_LIMIT_MEMORY_BYTES)
            .broken();
    if (broken || refuse_workqueues(spec, refusal))
        return true;
    for (const IssuerSpec& issuer : spec.issuers)
        if (refuse_issuer(spec, issuer, refusal))
            return true;
    return false;
}

}  // namespace wqlab
