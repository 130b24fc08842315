// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/columns.hh"
#include "commands/dump/render.hh"

#include <optional>
#include <string>

#include <fmt/core.h>

#include "commands/dump/column_kinds.hh"
#include "commands/dump/selection.hh"

namespace wqctl {

using namespace column;

namespace {

// ---- the words that there are
Words all_sections()
{
    Words words;
    for (const SectionName& section : section_names())
        words.push_back(section.name);
    return words;
}
Words all_sections_or_unknown()
{
    Words words = all_sections();
    words.push_back("unknown");
    return words;
}
Words pool_types() { return {"percpu", "unbound", "bh"}; }
Words workqueue_types() { return {"percpu", "unbound", "ordered", "bh"}; }
Words work_states() { return {"pending", "scheduled", "inactive", "unknown"}; }
Words flusher_states() { return {"first", "queued", "overflow", "unknown"}; }
Words pwq_stats()
{
    Words words;
    for (uint32_t stat = 0; stat < WQLAB_PWQ_STATS; stat++)
        words.push_back(pwq_stat_name(stat));
    return words;
}

// ---- the head
using Head = wqlab_snap_head;

template <auto Member>
constexpr auto head_cpus(std::string_view name, std::string_view doc = {})
{
    return of<Dump>(name, or_null(Kind::kCpus), doc,
                    [](auto& c, auto&) { return cpus_of(c, c.snapshot.head.*Member); });
}
template <auto Member>
constexpr auto head_count(std::string_view name, std::string_view doc = {})
{
    return of<Dump>(name, {Kind::kCount}, doc, [](auto& c, auto&) { return c.snapshot.head.*Member; });
}
template <auto Member>
constexpr auto head_count_or_null(std::string_view name, std::string_view doc)
{
    return of<Dump>(name, or_null(Kind::kCount), doc, [](auto& c, auto&) {
        const auto number = c.snapshot.head.*Member;
        return number == WQLAB_NONE ? std::nullopt : std::optional(number);
    });
}
template <uint32_t State>
constexpr auto head_state(std::string_view name)
{
    return of<Dump>(name, {Kind::kBoolean}, {}, [](auto& c, auto&) { return (c.snapshot.head.flags & State) != 0; });
}

constexpr Column<Dump> kHead[] = {
    of<Dump>("schema", {Kind::kText}, {}, [](auto&, auto&) { return kDumpSchema; }),
    of<Dump>("kernel", {Kind::kText}, {}, [](auto&, auto& dump) { return dump.kernel; }),
    of<Dump>("source", or_null(Kind::kText),
             "Where it was read without the module; null: the module took it, under the kernel's locks.",
             [](auto&, auto& dump) { return dump.source.empty() ? std::nullopt : std::optional(dump.source); }),
    head_count<&Head::time_ns>("time_ns", "CLOCK_MONOTONIC when it was begun."),
    head_count<&Head::took_ns>("took_ns"),
    head_count<&Head::longest_hold_ns>("longest_hold_ns", "Of a pool's lock, interrupts off."),
    of<Dump>("longest_hold_pool", or_null(Kind::kInteger), "That pool's id.",
             [](auto& c, auto&) { return not_negative(c.snapshot.head.longest_hold_pool); }),
    head_count<&Head::nr_cpu_ids>("nr_cpu_ids"),
    head_count<&Head::hz>("hz"),
    head_cpus<&Head::possible_cpus>("possible_cpus"),
    head_cpus<&Head::online_cpus>("online_cpus"),
    head_cpus<&Head::unbound_cpus>("unbound_cpus", "wq_unbound_cpumask."),
    head_cpus<&Head::requested_cpus>("requested_cpus", "wq_requested_unbound_cpumask."),
    head_cpus<&Head::isolated_cpus>("isolated_cpus", "wq_isolated_cpumask."),
    head_count_or_null<&Head::shard_size>("cache_shard_size", "In cores; null: this kernel has no cache_shard."),
    head_count<&Head::cpu_intensive_thresh_us>("cpu_intensive_thresh_us"),
    head_count_or_null<&Head::watchdog_thresh>("watchdog_thresh_s",
                                               "0: off; null: this kernel has no workqueue watchdog."),
    head_state<WQLAB_STATE_FREEZING>("freezing"),
    head_state<WQLAB_STATE_PM_FREEZING>("pm_freezing"),
    head_state<WQLAB_STATE_FREEZER_ACTIVE>("freezer_active"),
    head_state<WQLAB_STATE_FORCE_RR>("force_rr_cpu"),
    {"unlocked", Shape{.kind = Kind::kBoolean, .may_be_left_out = true},
     "true: read without locks, so what moved meanwhile may not fit together. Else absent.",
     [](JsonWriter& j, const RowContext&, const Dump&) { j.value(true); },
     [](const RowContext& c, const Dump&) { return (c.snapshot.head.flags & WQLAB_STATE_UNLOCKED) != 0; }},
    of<Dump>("filtered", {Kind::kBoolean}, "Only a part was asked for.",
             [](auto&, auto& dump) { return dump.selection.filtered; }),
    of<Dump>("troubles", list(Kind::kText), "Where a walk stopped, and why: what is behind it is missing.",
             [](auto& c, auto&) { return c.snapshot.troubles; }),
    of<Dump>("sections", list_of(all_sections), "Those that are here.",
             [](auto&, auto& dump) { return sections_to_names(dump.sections); }),
    rows<Dump, View, Lines::kEach>(
        "unavailable", "Asked for, but not to be had.", [](auto&, auto& dump) -> auto& { return dump.lacking; }),
};

constexpr Column<View> kUnavailable[] = {
    of<View>("section", words(all_sections_or_unknown), {},
             [](auto&, auto& view) { return section_name(view.section); }),
    of<View>("lacks", list(Kind::kText), "Symbols and fields that this kernel lacks.",
             [](auto&, auto& view) { return view.lacks; }),
};

// ---- scopes
// Those of a table that belong to the row.
template <typename T, typename Belongs>
std::vector<const T*> those_of(const std::vector<T>& table, Belongs belongs)
{
    std::vector<const T*> chosen;
    for (const T& row : table)
        if (belongs(row))
            chosen.push_back(&row);
    return chosen;
}

using Scopes = wqlab_snap_scope;
using Pod = wqlab_snap_pod;
using CpuPod = wqlab_snap_cpu_pod;

constexpr Column<Scopes> kScopes[] = {
    string<&Scopes::name>("name"),
    truth<&Scopes::is_default>("default", "This is what the scope default means."),
    rows<Scopes, Pod, Lines::kNone>("pods", {},
                                    [](auto& c, auto& scope) {
                                        return those_of(c.snapshot.pods,
                                                        [&](const Pod& pod) { return pod.scope == scope.type; });
                                    }),
    rows<Scopes, CpuPod, Lines::kNone>("cpu_pods", {},
                                       [](auto& c, auto& scope) {
                                           return those_of(c.snapshot.cpu_pods,
                                                           [&](const CpuPod& pod) { return pod.scope == scope.type; });
                                       }),
};

constexpr Column<Pod> kPods[] = {
    plain<&Pod::pod>("pod"),
    number_or_null<&Pod::node>("node"),
    cpus<&Pod::cpus>("cpus"),
};

constexpr Column<CpuPod> kCpuPods[] = {
    plain<&CpuPod::cpu>("cpu"),
    number_or_null<&CpuPod::pod>("pod"),
};

// ---- pools
using Pool = wqlab_snap_pool;

constexpr Column<Pool> kPools[] = {
    plain<&Pool::id>("id"),
    of<Pool>("type", words(pool_types), {},
             [](auto&, auto& pool) { return pool.flags & WQLAB_POOL_BH ? "bh"
                                            : pool.cpu < 0             ? "unbound"
                                                                       : "percpu"; }),
    number_or_null<&Pool::cpu>("cpu"),
    number_or_null<&Pool::node>("node"),
    flags<&Pool::flags, pool_flag_words>("flags"),
    plain<&Pool::raw_flags>("raw_flags", "The kernel's own bits."),
    plain<&Pool::refcnt>("refcnt"),
    plain<&Pool::nice>("nice"),
    plain<&Pool::nr_workers>("workers"),
    plain<&Pool::nr_idle>("idle"),
    plain<&Pool::nr_running>("running", "nr_running, which counts on pools of a CPU only."),
    plain<&Pool::nr_pending>("pending", "On its worklist, barriers and all, as far as copied."),
    plain<&Pool::nr_busy>("busy"),
    cpus<&Pool::cpus>("cpus"),
    cpus<&Pool::pod_cpus>("pod_cpus", "Where its workers are put while they need not be elsewhere."),
    of<Pool>("allowed_cpus", or_null(Kind::kCpus), "Where its workers may run: pod_cpus if it is strict, else cpus.",
             [](auto& c, auto& pool) { return cpus_of(c, Snapshot::allowed_cpus(pool)); }),
    pid_or_null<&Pool::manager>("manager", "pid."),
    time<&Pool::since_progress_ns>("since_progress_ns", "While it has pending items."),
    time<&Pool::idle_timer_ns>("idle_timer_ns", "Due in; null: not armed."),
    time<&Pool::mayday_timer_ns>("mayday_timer_ns", "Due in; null: not armed."),
    plain<&Pool::hold_ns>("lock_hold_ns", "For this copy."),
};

// ---- workqueues
using Workqueue = wqlab_snap_workqueue;
using Pwq = wqlab_snap_pwq;

std::optional<int32_t> default_pool(const RowContext& c, const Workqueue& wq)
{
    const wqlab_snap_pwq* pwq = c.snapshot.pwq(wq.dfl_pwq);
    return pwq ? std::optional(pwq->pool) : std::nullopt;
}

constexpr Column<Workqueue> kWorkqueues[] = {
    string<&Workqueue::name>("name"),
    identity<&Workqueue::identity>("identity", "The hash of its address, as the kernel's %p prints it."),
    string_or_null<&Workqueue::symbol>("symbol", "The system workqueue's variable."),
    of<Workqueue>("type", words(workqueue_types), {}, [](auto&, auto& wq) { return wq_type_name(wq.flags); }),
    flags<&Workqueue::flags, wq_flag_words>("flags"),
    plain<&Workqueue::raw_flags>("raw_flags", "The kernel's own bits."),
    of<Workqueue>("scope", or_null(Kind::kText), "Affinity scope, never \"default\"; null: not unbound.",
                  [](auto& c, auto& wq) {
                      const Scope scope = scope_of(c.snapshot, wq);
                      return scope.name.empty() ? std::nullopt : std::optional(scope.name);
                  }),
    of<Workqueue>("scope_is_default", {Kind::kBoolean}, {},
                  [](auto& c, auto& wq) { return scope_of(c.snapshot, wq).is_default; }),
    plain<&Workqueue::nice>("nice"),
    cpus<&Workqueue::cpus>("cpumask", "As set."),
    of<Workqueue>("effective_cpumask", or_null(Kind::kCpus), "Where workers of its default pool may run.",
                  [](auto& c, auto& wq) { return cpus_of(c, c.snapshot.effective_cpus(wq)); }),
    number_or_null<&Workqueue::min_active>("min_active"),
    plain<&Workqueue::max_active>("max_active"),
    number_or_null<&Workqueue::saved_min_active>("saved_min_active"),
    plain<&Workqueue::saved_max_active>("saved_max_active"),
    plain<&Workqueue::work_color>("work_color"),
    plain<&Workqueue::flush_color>("flush_color"),
    plain<&Workqueue::nr_pwqs_to_flush>("pwqs_to_flush"),
    plain<&Workqueue::nr_drainers>("drainers"),
    of<Workqueue>("default_pool", or_null(Kind::kInteger), {}, [](auto& c, auto& wq) { return default_pool(c, wq); }),
    rows<Workqueue, PoolRun, Lines::kNone>(
        "cpu_pools", "CPUs in a row whose items go to one pool.",
        [](auto& c, auto& wq) { return pool_runs(entries_of(c.dump.selection, c.snapshot.index_of(wq))); }),
    rows<Workqueue, Pwq, Lines::kBefore>(
        "pwqs", {}, [](auto& c, auto& wq) { return pwqs_of(c.dump.selection, c.snapshot.index_of(wq)); }),
};

constexpr Column<PoolRun> kCpuPools[] = {
    of<PoolRun>("cpus", {Kind::kCpus}, {},
                [](auto&, auto& run) {
                    return run.first_cpu == run.last_cpu ? std::to_string(run.first_cpu)
                                                         : fmt::format("{}-{}", run.first_cpu, run.last_cpu);
                }),
    number_or_null<&PoolRun::pool>("pool"),
};

constexpr Column<Pwq> kPwqs[] = {
    identity<&Pwq::identity>("identity"),
    plain<&Pwq::pool>("pool"),
    of<Pwq>("cpus", {Kind::kCpus}, "Whose items go there; empty: it was replaced, or is a default that no CPU uses.",
            [](auto& c, auto& pwq) {
                return format_cpu_list(c.pwq_cpus[static_cast<size_t>(&pwq - c.snapshot.pwqs.data())]);
            }),
    plain<&Pwq::refcnt>("refcnt"),
    plain<&Pwq::nr_active>("nr_active"),
    plain<&Pwq::nr_inactive>("nr_inactive", "Items, not barriers, that max_active holds back, as far as copied."),
    flags<&Pwq::flags, pwq_flag_words>("flags"),
    plain<&Pwq::work_color>("work_color"),
    plain<&Pwq::flush_color>("flush_color"),
    plain<&Pwq::in_flight>("in_flight", "By colour."),
    {"stats", Shape{.kind = Kind::kStats, .or_null = true, .words = pwq_stats}, "Of its life; null before 6.5.",
     [](JsonWriter& j, const RowContext&, const Pwq& pwq) {
         const auto counts = [&] {
             for (uint32_t stat = 0; stat < WQLAB_PWQ_STATS; stat++)
                 j.member(pwq_stat_name(stat), pwq.stats[stat]);
         };
         pwq.stats[0] == WQLAB_NEVER ? j.value(nullptr) : j.object(counts);
     }},
};

// ---- rescuers
constexpr auto kOfRescuer = [](auto& c, auto& row) { return c.snapshot.index_of(row.workqueue); };

constexpr Column<Rescuer> kRescuers[] = {
    workqueue_name<Rescuer>(kOfRescuer),
    workqueue_identity<Rescuer>(kOfRescuer),
    of<Rescuer>("pid", {Kind::kInteger}, {}, [](auto&, auto& row) { return row.workqueue.rescuer_pid; }),
    of<Rescuer>("cpus", or_null(Kind::kCpus), "Where it may run now.",
                [](auto& c, auto& row) { return cpus_of(c, row.workqueue.rescuer_cpus); }),
    of<Rescuer>("pool", or_null(Kind::kInteger), "The one it works on; null: idle.",
                [](auto&, auto& row) { return not_negative(row.workqueue.rescuer_pool); }),
    of<Rescuer>("maydays", {Kind::kCount}, "pool_workqueues that wait for it.",
                [](auto&, auto& row) { return row.workqueue.nr_maydays; }),
    of<Rescuer>("mayday_pools", list(Kind::kInteger), {},
                [](auto& c, auto& row) {
                    std::vector<int32_t> waiting;
                    for (const Pwq& pwq : c.snapshot.pwqs_of(row.workqueue))
                        if (pwq.flags & WQLAB_PWQ_MAYDAY)
                            waiting.push_back(pwq.pool);
                    return waiting;
                }),
};

// Of a row that has its workqueue's index.
constexpr auto kIndex = [](auto&, auto& row) { return row.workqueue; };

// ---- nodes
using Node = wqlab_snap_node;
using NodeActive = wqlab_snap_node_active;

constexpr Column<Node> kNodes[] = {
    plain<&Node::node>("node"),
    cpus<&Node::cpus>("cpus"),
};

constexpr Column<NodeActive> kNodeActive[] = {
    workqueue_name<NodeActive>(kIndex),
    workqueue_identity<NodeActive>(kIndex),
    number_or_null<&NodeActive::node>("node", "null: the default, of items for no node."),
    plain<&NodeActive::nr>("nr"),
    plain<&NodeActive::max>("max"),
    plain<&NodeActive::nr_pending_pwqs>("pending_pwqs", "That wait for nr to fall."),
};

// ---- work
using Worker = wqlab_snap_worker;
using Item = wqlab_snap_work;
using Flusher = wqlab_snap_flusher;

constexpr Column<Worker> kWorkers[] = {
    number_or_null<&Worker::pool>("pool"),
    pid_or_null<&Worker::pid>("pid", "null: BH."),
    plain<&Worker::id>("id"),
    string_or_null<&Worker::command>("command"),
    flags<&Worker::flags, worker_flag_words>("flags"),
    plain<&Worker::raw_flags>("raw_flags"),
    time<&Worker::busy_ns>("busy_ns", "With its item; with since_at_least a lower bound."),
    time<&Worker::idle_ns>("idle_ns"),
    identity_or_null<&Worker::work>("item"),
    string_or_null<&Worker::function>("function", "Symbol, and [module]."),
    workqueue_name<Worker>(kIndex),
    workqueue_identity<Worker>(kIndex),
    string_or_null<&Worker::description>("description", "By set_worker_desc()."),
    cpus<&Worker::cpus>("cpus", "Where it may run."),
    number_or_null<&Worker::cpu>("cpu", "Where it runs or last ran."),
    plain<&Worker::nice>("nice"),
};

constexpr Column<Item> kItems[] = {
    of<Item>("state", words(work_states), {}, [](auto&, auto& item) { return work_state_name(item.state); }),
    plain<&Item::pool>("pool"),
    identity_or_null<&Item::identity>("item"),
    string_or_null<&Item::function>("function"),
    workqueue_name<Item>(kIndex),
    workqueue_identity<Item>(kIndex),
    pid_or_null<&Item::worker>("worker", "pid of who does it next, if scheduled."),
    truth<&Item::is_barrier>("barrier", "Of flush_work() or flush_workqueue()."),
    identity_or_null<&Item::barrier_target>("waits_for", "The item that a barrier stands behind."),
    pid_or_null<&Item::waiter>("waiter", "pid of who waits for a barrier."),
    of<Item>("waiter_command", or_null(Kind::kText), {},
             [](auto& c, auto& item) {
                 return item.waiter == 0 || item.waiter_command == WQLAB_NONE
                            ? std::nullopt
                            : std::optional(c.snapshot.string(item.waiter_command));
             }),
};

constexpr Column<Flusher> kFlushers[] = {
    workqueue_name<Flusher>(kIndex),
    workqueue_identity<Flusher>(kIndex),
    of<Flusher>("state", words(flusher_states), {}, [](auto&, auto& row) { return flusher_state_name(row.state); }),
    plain<&Flusher::color>("color"),
    pid_or_null<&Flusher::pid>("pid"),
    string_or_null<&Flusher::command>("command"),
};

// ---- timers
using Timer = wqlab_snap_timer;

constexpr Column<Timer> kTimers[] = {
    plain<&Timer::due_ns>("due_ns", "In so long; negative: overdue."),
    identity_or_null<&Timer::work>("item"),
    string_or_null<&Timer::function>("function"),
    workqueue_name<Timer>(kIndex),
    workqueue_identity<Timer>(kIndex),
    number_or_null<&Timer::cpu>("cpu", "Queued for; null: any."),
    plain<&Timer::timer_cpu>("timer_cpu"),
    truth<&Timer::cpu_online>("cpu_online", "The timer's CPU."),
    truth<&Timer::deferrable>("deferrable"),
    plain<&Timer::slack_ns>("slack_ns", "The wheel may fire it so much later than due."),
    of<Timer>("pool", or_null(Kind::kInteger), "Where it will go, as things are now.",
              [](auto& c, auto& timer) { return not_negative(pool_of(c.snapshot, timer)); }),
};

}  // namespace

#define WQCTL_DEFINE(Row, list)                                                             \
    template <>                                                                             \
    std::span<const Column<Row>> columns() /* NOLINT(bugprone-macro-parentheses): a type */ \
    {                                                                                       \
        return list;                                                                        \
    }
WQCTL_DUMP_ROWS(WQCTL_DEFINE)
#undef WQCTL_DEFINE

}  // namespace wqctl
