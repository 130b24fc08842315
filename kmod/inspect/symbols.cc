// SPDX-License-Identifier: GPL-2.0
#include "symbols.hh"

#include "views.hh"

namespace wqlab {

namespace {

// All are static in kernel/workqueue.c or kernel/time/timer.c, but for the BTF.
constexpr WantedSymbol kWantedSymbols[] = {
    {Symbol::kBtfStart, "__start_BTF", view::kAll},
    {Symbol::kBtfStop, "__stop_BTF", view::kAll},
    {Symbol::kWorkqueues, "workqueues", view::kMachine},
    {Symbol::kPoolIdr, "worker_pool_idr", view::kMachine},
    {Symbol::kPoolMutex, "wq_pool_mutex", view::kMachine | view::kScopes},
    {Symbol::kMaydayLock, "wq_mayday_lock", view::kRescuers},
    {Symbol::kUnboundCpus, "wq_unbound_cpumask", view::kScopes},
    {Symbol::kRequestedCpus, "wq_requested_unbound_cpumask", 0},
    {Symbol::kIsolatedCpus, "wq_isolated_cpumask", 0},
    {Symbol::kPodTypes, "wq_pod_types", view::kScopes},
    {Symbol::kScopeNames, "wq_affn_names", view::kScopes},
    {Symbol::kDefaultScope, "wq_affn_dfl", view::kScopes},
    {Symbol::kShardSize, "wq_cache_shard_size", 0},
    {Symbol::kFreezing, "workqueue_freezing", 0},
    {Symbol::kForceRr, "wq_debug_force_rr_cpu", 0},
    {Symbol::kCpuIntensiveThresh, "wq_cpu_intensive_thresh_us", 0},
    {Symbol::kWatchdogThresh, "wq_watchdog_thresh", 0},
    {Symbol::kBarrierFunction, "wq_barrier_func", view::kWork},
    {Symbol::kMaydayCursorFunction, "mayday_cursor_func", 0},
    {Symbol::kTimerBases, "timer_bases", view::kTimers},
    {Symbol::kTimerFunction, "delayed_work_timer_fn", view::kTimers},
    {Symbol::kHogs, "wci_ents", view::kHogs},
    {Symbol::kNrHogs, "wci_nr_ents", view::kHogs},
};
static_assert(sizeof(kWantedSymbols) / sizeof(kWantedSymbols[0]) == static_cast<size_t>(Symbol::kCount));

}  // namespace

Span<const WantedSymbol> Symbols::wanted()
{
    return kWantedSymbols;
}

Result<void> Symbols::find()
{
    if (const int error = wqlab_symbols_init())
        return static_cast<Errno>(-error);
    for (const WantedSymbol& wanted : kWantedSymbols)
        addresses_[static_cast<size_t>(wanted.symbol)] = wqlab_symbol(wanted.name);
    return {};
}

}  // namespace wqlab
