// SPDX-License-Identifier: GPL-2.0
// What findings call what is in a snapshot.
#pragma once

#include <string>
#include <vector>

#include "commands/doctor/live/case.hh"

namespace wqctl::live {

// "43 s", "12 min": how long something has lasted, in whole units; below 10 s with a decimal.
std::string lasting(uint64_t ns);
// "Pool 6 (CPU 1, nice 0)", "Pool 16 (CPUs 0-7, nice 0)", "BH pool 1 (CPU 0, nice 0)"
std::string name_of(const Case& at, const wqlab_snap_pool& pool);
// The same of an id that may have no pool.
std::string pool_name(const Case& at, int32_t id);
// "12 items: 9 of func, other and third"; barriers are no items. Empty: there are none.
std::string describe(const Case& at, const std::vector<const wqlab_snap_work*>& works);
uint64_t count_items(const std::vector<const wqlab_snap_work*>& works);
// "func", as the symbol table has it.
std::string function_of(const Case& at, const Busy& worker);
std::string workqueue_of(const Case& at, const Busy& worker);
// "asleep for 43 s", "on CPU 2 for at least 11 s", "runnable, and not on a CPU"
std::string doing(const Case& at, const Busy& worker);
Suspect suspect_of(const Case& at, const Busy& worker);
// "pid 123 (kworker/1:2) executes func of wq, asleep for 43 s"
Evidence seen(const Case& at, const Busy& worker);
// "pool 6: 5 pending, 3 workers, 1 idle, 1 counted as running, no progress for 43 s"
Evidence seen(const Case& at, const PoolCase& pool);
// Keys of Finding::explains.
std::string key_of(const PoolCase& pool);
std::string workqueue_key(const Case& at, uint32_t workqueue);
std::string task_key(int32_t pid);
// To be added to a rule's weight: what has lasted for longer is worse. 0 to 90.
unsigned by_age(uint64_t ns);
// The first ones of them, and how many more there are.
void add_some(std::vector<std::string>& words, std::vector<std::string> more);
// Tasks that wait for items of this list, or behind what these workers execute: "flush (pid 12), in flush_work()".
std::vector<std::string> waiters(const Case& at, const std::vector<const wqlab_snap_work*>& works,
                                 const std::vector<const Busy*>& workers);
// Who waits on this pool, its counts and what is executed there.
void tell_of(const Case& at, const PoolCase& pool, Finding& finding);
// As a name stands within a sentence.
std::string lower(std::string name);
// "s" unless it is one
inline const char* plural(uint64_t count) { return count == 1 ? "" : "s"; }

}  // namespace wqctl::live
