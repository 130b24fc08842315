// SPDX-License-Identifier: GPL-2.0
#include "snapshot/scheduling.hh"

#include <array>

#include <fmt/core.h>

namespace wqctl {

namespace {

// SCHED_NORMAL and so on, of include/uapi/linux/sched.h.
constexpr std::array<std::string_view, 8> kPolicies = {"other",   "fifo", "rr",       "batch",
                                                       "unknown", "idle", "deadline", "ext"};
constexpr uint32_t kFifo = 1, kRr = 2, kDeadline = 6;

struct Letter {
    uint32_t state;
    std::string_view letter;
};
// Of include/linux/sched.h; the first that fits. TASK_IDLE is TASK_UNINTERRUPTIBLE, too, and does not count as load.
constexpr std::array<Letter, 9> kLetters = {{
    {0x402, "I"},
    {0x1000, "D"},  // TASK_RTLOCK_WAIT
    {0x2, "D"},
    {0x1, "S"},
    {0x8000, "F"},  // TASK_FROZEN, for which ps has D
    {0x4, "T"},
    {0x8, "t"},
    {0x20, "Z"},
    {0x90, "X"},
}};

}  // namespace

std::string_view state_letter(uint32_t state)
{
    for (const Letter& entry : kLetters)
        if (entry.state == 0x90 ? state & entry.state : (state & entry.state) == entry.state)
            return entry.letter;
    return state ? "?" : "R";
}

Words state_letters() { return {"R", "S", "D", "I", "F", "T", "t", "Z", "X", "?"}; }

std::string_view policy_name(uint32_t policy) { return policy < kPolicies.size() ? kPolicies[policy] : "unknown"; }

Words policy_names() { return {kPolicies.begin(), kPolicies.end()}; }

bool is_real_time(const wqlab_snap_task& task)
{
    return task.policy == kFifo || task.policy == kRr || task.policy == kDeadline;
}

std::string scheduling_text(const wqlab_snap_task& task)
{
    if (task.policy == kFifo || task.policy == kRr)
        return fmt::format("{} {}", policy_name(task.policy), task.rt_priority);
    std::string text(policy_name(task.policy));
    return task.nice && task.policy != kDeadline ? text + fmt::format(", nice {}", task.nice) : text;
}

}  // namespace wqctl
