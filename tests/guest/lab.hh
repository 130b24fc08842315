// SPDX-License-Identifier: GPL-2.0
// wqctl in tests: runs, their reports, and the books that every run must keep.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hh"

using nlohmann::json;
using Words = std::vector<std::string>;

Outcome tool(Words arguments, Process::As as = Process::As::Root);

// `wqctl run --json …`, which must end well; its report, whose sums have been checked.
json run(Words arguments);
// Of a report's only workqueue.
json run_one(Words arguments);
// queued = executed + cancelled, and every sum by CPU or by histogram agrees.
void check_books(const json& report);

// Writes a scenario file and gives its name.
std::string scenario(const json& content);

// Until the condition holds; false after two minutes, which no machine needs.
bool eventually(const std::function<bool()>& condition);

// The words in which wqctl's code refuses to do this; "" if it does it.
std::string refusal(const std::function<void()>& act);

// A number that whoever runs the tests may set.
uint64_t from_environment(const char* name, uint64_t otherwise);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);
std::vector<int> cpu_list(const std::string& text);  // "0-3,8"
std::vector<int> online_cpus();
// The CPUs that share a pod with this one, as sysfs has them; on a machine with two nodes.
std::vector<int> pod_of(const std::string& scope, int cpu);
bool kernel_has(const std::string& feature);  // as `wqctl info` names them
bool kernel_lacks(const std::string& what);
// Whether it has what a run with these words needs.
bool kernel_runs(const Words& words);
// True: the kernel lacks it, and the test, which returns, is reported as skipped.
bool left_out(const std::string& what);
bool module_loaded();
void load_module();
void unload_module();
