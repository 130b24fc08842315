// SPDX-License-Identifier: GPL-2.0
#include "scenario/keys.hh"

#include "core/run_rules.hh"
#include "text/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

using wqlab::IssuerShape;
using wqlab::Setting;

namespace {

// Their order is that of the help, and of what --dry-run writes.
constexpr Key<Scenario> kRunKeys[] = {
    {.name = "description", .kind = Kind::kText, .slot = &Scenario::description},
    {.name = "duration",
     .kind = Kind::kTime,
     .slot = &Scenario::duration,
     .flag = "--duration",
     .type = "TIME",
     .help = "End after this time; default 2s unless --items is given",
     .of_a_round = "Of a round; default what the budget has room for, 50ms to 500ms",
     .attribute = WQLAB_A_RUN_DURATION,
     .limit = "duration_ns",
     .zero = "is 0; use a time such as 2s"},
    {.name = "items",
     .kind = Kind::kCount,
     .slot = &Scenario::items,
     .flag = "--items",
     .type = "N",
     .help = "End after this many items, of all issuers together",
     .of_a_round = "Of a round, instead of a time",
     .attribute = WQLAB_A_RUN_ITEMS,
     .zero = "is 0; use 1 or more"},
    {.name = "sample",
     .kind = Kind::kCount,
     .slot = &Scenario::sample,
     .flag = "--sample",
     .type = "N",
     .help = "Time one item in N; all are counted",
     .attribute = WQLAB_A_RUN_SAMPLE,
     .limit = "sample",
     .zero = "is 0; use 1 to time every item, or N to time one in N"},
    {.name = "seed",
     .kind = Kind::kCount,
     .slot = &Scenario::seed,
     .flag = "--seed",
     .type = "N",
     .help = "Of every random choice; default 1",
     .attribute = WQLAB_A_RUN_SEED},
};

constexpr Key<WorkqueueSpec> kWorkqueueKeys[] = {
    {.name = "name",
     .kind = Kind::kText,
     .slot = &WorkqueueSpec::name,
     .flag = "--name",
     .type = "NAME",
     .help = "Its name; default made of its flags"},
    {.name = "flags",
     .kind = Kind::kFlags,
     .slot = &WorkqueueSpec::flags,
     .flag = "--flags",
     .type = "LIST",
     .help = "Such as unbound,highpri; default per-CPU"},
    {.name = "ordered",
     .kind = Kind::kOrdered,
     .slot = &WorkqueueSpec::flags,
     .flag = "--ordered",
     .help = "alloc_ordered_workqueue(): one item at a time, in order"},
    {.name = "system",
     .kind = Kind::kSystem,
     .slot = &WorkqueueSpec::system,
     .flag = "--system",
     .type = "NAME",
     .help = "A system workqueue instead, such as highpri"},
    {.name = "max_active",
     .kind = Kind::kCount,
     .slot = &WorkqueueSpec::max_active,
     .flag = "--max-active",
     .type = "N",
     .help = "Items that may execute at once; default the kernel's",
     .limit = "max_active"},
    {.name = "scope",
     .kind = Kind::kScope,
     .slot = &WorkqueueSpec::scope,
     .flag = "--scope",
     .type = "SCOPE",
     .help = "Affinity scope: default, cpu, smt, cache, cache_shard, numa, system",
     .sysfs = true},
    {.name = "strict",
     .kind = Kind::kSwitch,
     .slot = &WorkqueueSpec::strict,
     .flag = "--strict",
     .help = "Workers may not leave their scope",
     .sysfs = true},
    {.name = "nice",
     .kind = Kind::kInteger,
     .slot = &WorkqueueSpec::nice,
     .flag = "--nice",
     .type = "N",
     .help = "Of its workers, -20 to 19",
     .sysfs = true},
    {.name = "cpumask",
     .kind = Kind::kCpus,
     .slot = &WorkqueueSpec::cpumask,
     .flag = "--cpumask",
     .type = "CPUS",
     .help = "Where its workers may run, such as 0-3,8",
     .sysfs = true},
};

constexpr std::string_view kQueuedAtOnce = "it goes with items that are queued at once";

constexpr Key<IssuerSpec> kIssuerKeys[] = {
    {.name = "workqueue", .kind = Kind::kNames, .slot = &IssuerSpec::workqueues},
    {.name = "threads",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::threads,
     .shape = &IssuerShape::threads,
     .flag = "--issuers",
     .type = "N",
     .help = "Threads that queue items; default 1",
     .attribute = WQLAB_A_ISSUER_THREADS,
     .zero = "is 0; use 1 or more"},
    {.name = "cpus",
     .kind = Kind::kCpus,
     .slot = &IssuerSpec::cpus,
     .flag = "--cpus",
     .type = "CPUS",
     .help = "Where they are bound, in turn; default all online",
     .attribute = WQLAB_A_ISSUER_CPUS},
    {.name = "mode",
     .kind = Kind::kMode,
     .slot = &IssuerSpec::mode,
     .shape = &IssuerShape::mode,
     .attribute = WQLAB_A_ISSUER_MODE},
    {.name = "depth",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::depth,
     .shape = &IssuerShape::depth,
     .flag = "--depth",
     .type = "N",
     .help = "Items in flight of each thread; default 1, for --rate and --burst 1024",
     .attribute = WQLAB_A_ISSUER_DEPTH,
     .limit = "depth",
     .zero = "is 0; use 1 or more"},
    {.name = "rate",
     .kind = Kind::kRate,
     .slot = &IssuerSpec::rate,
     .flag = "--rate",
     .type = "R",
     .help = "Items a second of all threads together, whether or not earlier ones are done",
     .zero = "is not more than 0; use items a second such as 50000",
     .setting = Setting::kInterval,
     .modes = wqlab::modes(WQLAB_MODE_OPEN),
     .implies = WQLAB_MODE_OPEN,
     .missing = "say how many items a second"},
    {.name = "burst",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::burst,
     .shape = &IssuerShape::burst,
     .flag = "--burst",
     .type = "B",
     .help = "B items at once, with --every",
     .attribute = WQLAB_A_ISSUER_BURST,
     .limit = "burst",
     .zero = "is 0; use 1 or more",
     .setting = Setting::kBurst,
     .implies = WQLAB_MODE_BURST,
     .missing = "say how many items a burst"},
    {.name = "every",
     .kind = Kind::kTime,
     .slot = &IssuerSpec::every,
     .flag = "--every",
     .type = "TIME",
     .help = "From burst to burst",
     .limit = "interval_ns",
     .zero = "is 0; use a time such as 10ms",
     .setting = Setting::kInterval,
     .modes = wqlab::modes(WQLAB_MODE_BURST),
     .missing = "say how long from burst to burst, such as 10ms"},
    {.name = "arrival",
     .kind = Kind::kArrival,
     .slot = &IssuerSpec::poisson,
     .shape = &IssuerShape::poisson,
     .flag = "--poisson",
     .help = "Exponential times between arrivals or bursts",
     .attribute = WQLAB_A_ISSUER_POISSON,
     .setting = Setting::kPoisson},
    {.name = "links",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::links,
     .shape = &IssuerShape::links,
     .flag = "--chain",
     .type = "N",
     .help = "Each item requeues itself N times",
     .attribute = WQLAB_A_ISSUER_LINKS,
     .limit = "links",
     .zero = "is 0, which is no chain; use 1 or more",
     .setting = Setting::kLinks,
     .implies = WQLAB_MODE_CHAIN,
     .missing = "say how often an item requeues itself"},
    {.name = "delay",
     .kind = Kind::kTime,
     .slot = &IssuerSpec::delay,
     .shape = &IssuerShape::delay,
     .flag = "--delay",
     .type = "TIME",
     .help = "queue_delayed_work() with this delay",
     .attribute = WQLAB_A_ISSUER_DELAY,
     .limit = "delay_ns",
     .setting = Setting::kDelay,
     .implies = WQLAB_MODE_DELAYED,
     .missing = "say how long, such as 1ms"},
    {.name = "mod_percent",
     .kind = Kind::kPercent,
     .slot = &IssuerSpec::mod_percent,
     .shape = &IssuerShape::mod_percent,
     .flag = "--mod",
     .type = "P",
     .help = "Percent then moved by mod_delayed_work()",
     .attribute = WQLAB_A_ISSUER_MOD_PERCENT,
     .setting = Setting::kModPercent},
    {.name = "", .kind = Kind::kMode, .slot = &IssuerSpec::mode, .flag = "--rcu", .help = "queue_rcu_work()"},
    {.name = "cancel_percent",
     .kind = Kind::kPercent,
     .slot = &IssuerSpec::cancel_percent,
     .shape = &IssuerShape::cancel_percent,
     .flag = "--cancel",
     .type = "P",
     .help = "Percent cancelled right after they are queued",
     .attribute = WQLAB_A_ISSUER_CANCEL_PERCENT,
     .setting = Setting::kCancelPercent,
     .elsewhere = "does not go with rcu: the kernel cannot cancel an item that waits for RCU",
     .goes_with = "leave it out, or use another mode"},
    {.name = "flush_percent",
     .kind = Kind::kPercent,
     .slot = &IssuerSpec::flush_percent,
     .shape = &IssuerShape::flush_percent,
     .flag = "--flush",
     .type = "P",
     .help = "Percent flushed right after they are queued",
     .attribute = WQLAB_A_ISSUER_FLUSH_PERCENT},
    {.name = "coalesce",
     .kind = Kind::kSwitch,
     .slot = &IssuerSpec::coalesce,
     .shape = &IssuerShape::coalesce,
     .flag = "--coalesce",
     .help = "Queue items that may be pending still, as interrupt handlers do",
     .attribute = WQLAB_A_ISSUER_COALESCE,
     .setting = Setting::kCoalesce},
    {.name = "queue_on",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::queue_on,
     .shape = &IssuerShape::queue_on,
     .flag = "--queue-on",
     .type = "CPU",
     .help = "queue_work_on() this CPU",
     .attribute = WQLAB_A_ISSUER_QUEUE_ON,
     .setting = Setting::kQueueCpu,
     .goes_with = kQueuedAtOnce},
    {.name = "queue_node",
     .kind = Kind::kCount,
     .slot = &IssuerSpec::queue_node,
     .shape = &IssuerShape::queue_node,
     .flag = "--queue-node",
     .type = "NODE",
     .help = "queue_work_node() this node",
     .attribute = WQLAB_A_ISSUER_QUEUE_NODE,
     .setting = Setting::kQueueNode,
     .goes_with = kQueuedAtOnce},
    {.name = "item", .kind = Kind::kItem, .slot = &IssuerSpec::body},
};

constexpr ItemKey kItemKeys[] = {
    {WQLAB_BODY_SPIN, true, "spin_ns", "Spin"},
    {WQLAB_BODY_SLEEP, true, "sleep_ns", "Sleep"},
    {WQLAB_BODY_TOUCH, false, "touch_bytes", "Store to each cache line of so much memory"},
    {WQLAB_BODY_ALLOC, false, "alloc_bytes", "Allocate and free so much memory"},
    {WQLAB_BODY_MUTEX, true, "spin_ns", "Spin under a mutex that all items share"},
};

template <typename Spec>
void add_flags(std::vector<ShapingFlag>& flags, std::string_view group, std::span<const Key<Spec>> keys)
{
    for (const Key<Spec>& key : keys) {
        if (key.flag.empty())
            continue;
        ShapingFlag flag{.group = group,
                         .flag = std::string(key.flag),
                         .type = key.type,
                         .help = key.help,
                         .of_a_round = key.of_a_round};
        if (key.kind == Kind::kFlags)
            for (const FlagName& one : flag_names())
                flag.values.emplace_back(one.name);
        if (key.kind == Kind::kScope)
            flag.values.assign(scope_names().begin(), scope_names().end());
        flag.is_list = key.kind == Kind::kFlags;
        flag.overrides = std::is_same_v<Spec, Scenario>;
        flags.push_back(std::move(flag));
    }
}

std::vector<ShapingFlag> make_shaping_flags()
{
    std::vector<ShapingFlag> flags;
    add_flags(flags, "End", run_keys());
    add_flags(flags, "Workqueue", workqueue_keys());
    add_flags(flags, "Issuers", issuer_keys());
    for (const ItemKey& key : item_keys())
        flags.push_back({.group = "Item (one of these; default nothing)",
                         .flag = "--" + std::string(key.name()),
                         .type = key.timed ? "T" : "SIZE",
                         .help = key.help});
    return flags;
}

}  // namespace

std::span<const Key<Scenario>> run_keys() { return kRunKeys; }
std::span<const Key<WorkqueueSpec>> workqueue_keys() { return kWorkqueueKeys; }
std::span<const Key<IssuerSpec>> issuer_keys() { return kIssuerKeys; }
std::span<const ItemKey> item_keys() { return kItemKeys; }

std::string_view ItemKey::name() const { return body_name(body); }

const ItemKey* item_key(uint32_t body)
{
    for (const ItemKey& key : kItemKeys)
        if (key.body == body)
            return &key;
    return nullptr;
}

uint32_t modes_of(const Key<IssuerSpec>& key)
{
    if (key.modes)
        return key.modes;
    return key.setting ? wqlab::modes_of(*key.setting) : 0;
}

std::string flag_of(std::string_view name)
{
    std::string flag = "--" + std::string(name);
    const auto look_in = [&](const auto& keys) {
        for (const auto& key : keys)
            if (key.name == name && !key.flag.empty())
                flag = key.flag;
    };
    look_in(run_keys());
    look_in(workqueue_keys());
    look_in(issuer_keys());
    return flag;
}

const std::vector<ShapingFlag>& shaping_flags()
{
    static const std::vector<ShapingFlag> flags = make_shaping_flags();
    return flags;
}

}  // namespace wqctl
