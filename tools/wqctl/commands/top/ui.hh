// SPDX-License-Identifier: GPL-2.0
// What somebody who looks at wqctl top has chosen, and what keys do to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/choose.hh"
#include "text/patterns.hh"

namespace wqctl {

enum class TopView { kWorkqueues, kWorkers, kFunctions, kPools, kQueuers };
inline constexpr std::array<Named<TopView>, 5> kTopViews = {{
    {"workqueues", TopView::kWorkqueues},
    {"workers", TopView::kWorkers},
    {"functions", TopView::kFunctions},
    {"pools", TopView::kPools},
    {"queuers", TopView::kQueuers},
}};

// The columns of each view, in their order.
enum class WorkqueueColumn {
    kName,
    kRate,
    kCpu,
    kBusy,
    kDepth,
    kInactive,
    kWait,
    kTotal,
    kHogs,
    kMayday,
    kRescued,
    kActive,
    kFlags
};
enum class WorkerColumn { kPid, kState, kFor, kFunction, kWorkqueue, kPool, kCpu, kNice, kRoles, kDescription };
enum class FunctionColumn { kName, kBusy, kPending, kInactive, kLongest, kHogs, kWorkqueues };
enum class QueuerColumn { kName, kRate, kTotal, kWorkqueue, kFunction };
enum class PoolColumn { kId, kCpus, kKind, kNice, kWorkers, kIdle, kBusy, kRunning, kPending, kWait, kManager };

struct TopOrder {
    size_t column = 0;
    bool is_reversed = false;
};

struct Key {
    enum Kind {
        kCharacter,
        kUp,
        kDown,
        kLeft,
        kRight,
        kPageUp,
        kPageDown,
        kHome,
        kEnd,
        kEnter,
        kEscape,
        kBackspace,
        kTab,
        kOther
    };
    Kind kind = kOther;
    char character = 0;

    static Key of(char c) { return {kCharacter, c}; }
};

struct TopUi {
    TopView view = TopView::kWorkqueues;
    std::array<TopOrder, kTopViews.size()> orders;
    bool hides_quiet = false;
    bool is_paused = false;
    bool shows_help = false;
    uint64_t interval_ns = 1'000'000'000;
    std::string filter;
    Patterns patterns;                  // of the filter, or of the command line
    std::optional<std::string> typing;  // a filter that is not done yet
    std::string message;                // until the next key
    size_t first_row = 0;
    size_t first_column = 0;  // of those after the first, which stays
    size_t page = 10;         // rows that the screen had

    TopUi();
    TopOrder& order() { return orders[static_cast<size_t>(view)]; }
    const TopOrder& order() const { return orders[static_cast<size_t>(view)]; }
    size_t columns() const;

    enum class Wish { kNothing, kQuit, kNewInterval };
    Wish handle(Key key);

private:
    Wish handle_character(char c);
    void handle_typing(Key key);
    void sort_by(char c);
    void show(TopView wanted);
    void change_interval(int steps);
};

}  // namespace wqctl
