// SPDX-License-Identifier: GPL-2.0
#include "commands/top/ui.hh"

#include <algorithm>

#include "text/error.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

constexpr std::array<uint64_t, 9> kIntervalsMs = {100, 200, 500, 1000, 2000, 5000, 10'000, 30'000, 60'000};
constexpr std::array<size_t, kTopViews.size()> kColumns = {
    static_cast<size_t>(WorkqueueColumn::kFlags) + 1,     static_cast<size_t>(WorkerColumn::kDescription) + 1,
    static_cast<size_t>(FunctionColumn::kWorkqueues) + 1, static_cast<size_t>(PoolColumn::kManager) + 1,
    static_cast<size_t>(QueuerColumn::kFunction) + 1,
};

struct SortKey {
    char key;
    TopView view;
    size_t column;
};

template <typename Column>
constexpr SortKey sort_key(char key, TopView view, Column column)
{
    return {key, view, static_cast<size_t>(column)};
}

constexpr SortKey kSortKeys[] = {
    sort_key('r', TopView::kWorkqueues, WorkqueueColumn::kRate),
    sort_key('c', TopView::kWorkqueues, WorkqueueColumn::kCpu),
    sort_key('b', TopView::kWorkqueues, WorkqueueColumn::kBusy),
    sort_key('d', TopView::kWorkqueues, WorkqueueColumn::kDepth),
    sort_key('w', TopView::kWorkqueues, WorkqueueColumn::kWait),
    sort_key('n', TopView::kWorkqueues, WorkqueueColumn::kName),
    sort_key('w', TopView::kWorkers, WorkerColumn::kFor),
    sort_key('c', TopView::kWorkers, WorkerColumn::kCpu),
    sort_key('n', TopView::kWorkers, WorkerColumn::kFunction),
    sort_key('b', TopView::kFunctions, FunctionColumn::kBusy),
    sort_key('d', TopView::kFunctions, FunctionColumn::kPending),
    sort_key('w', TopView::kFunctions, FunctionColumn::kLongest),
    sort_key('n', TopView::kFunctions, FunctionColumn::kName),
    sort_key('b', TopView::kPools, PoolColumn::kBusy),
    sort_key('d', TopView::kPools, PoolColumn::kPending),
    sort_key('w', TopView::kPools, PoolColumn::kWait),
    sort_key('n', TopView::kPools, PoolColumn::kId),
    sort_key('r', TopView::kQueuers, QueuerColumn::kRate),
    sort_key('n', TopView::kQueuers, QueuerColumn::kName),
};

}  // namespace

TopUi::TopUi()
{
    orders[static_cast<size_t>(TopView::kWorkqueues)].column = static_cast<size_t>(WorkqueueColumn::kRate);
    orders[static_cast<size_t>(TopView::kWorkers)].column = static_cast<size_t>(WorkerColumn::kFor);
    orders[static_cast<size_t>(TopView::kFunctions)].column = static_cast<size_t>(FunctionColumn::kBusy);
    orders[static_cast<size_t>(TopView::kPools)].column = static_cast<size_t>(PoolColumn::kBusy);
    orders[static_cast<size_t>(TopView::kQueuers)].column = static_cast<size_t>(QueuerColumn::kRate);
}

size_t TopUi::columns() const { return kColumns[static_cast<size_t>(view)]; }

void TopUi::show(TopView wanted)
{
    view = wanted;
    first_row = first_column = 0;
}

void TopUi::sort_by(char c)
{
    for (const SortKey& entry : kSortKeys) {
        if (entry.key != c || entry.view != view)
            continue;
        order() = {entry.column, false};
        first_row = 0;
        return;
    }
    message = std::string("nothing to sort by with ") + c + " here; < and > choose a column";
}

void TopUi::change_interval(int steps)
{
    const uint64_t now_ms = interval_ns / 1'000'000;
    const auto* const begin = kIntervalsMs.data();
    const auto* const end = begin + kIntervalsMs.size();
    const auto* next = steps > 0 ? std::upper_bound(begin, end, now_ms) : std::lower_bound(begin, end, now_ms);
    if (steps < 0 && next != begin)
        --next;
    if (next != end && (steps > 0 || *next < now_ms))
        interval_ns = *next * 1'000'000;
    message = "every " + exact_time(interval_ns);
}

void TopUi::handle_typing(Key key)
{
    switch (key.kind) {
    case Key::kCharacter: *typing += key.character; break;
    case Key::kBackspace:
        if (typing->empty())
            typing.reset();
        else
            typing->pop_back();
        break;
    case Key::kEnter:
        try {
            patterns = typing->empty() ? Patterns() : Patterns({*typing});
            filter = *typing;
            first_row = 0;
        } catch (const Error& error) {
            message = error.message;
        }
        typing.reset();
        break;
    case Key::kEscape: typing.reset(); break;
    default: break;
    }
}

TopUi::Wish TopUi::handle_character(char c)
{
    switch (c) {
    case 'q': return Wish::kQuit;
    case 'h':
    case '?': shows_help = true; break;
    case '1':
    case '2':
    case '3':
    case '4':
    case '5': show(static_cast<TopView>(c - '1')); break;
    case '/': typing = ""; break;
    case ' ': is_paused = !is_paused; break;
    case 'i':
        hides_quiet = !hides_quiet;
        first_row = 0;
        break;
    case 'R': order().is_reversed = !order().is_reversed; break;
    case '<': order().column = (order().column + columns() - 1) % columns(); break;
    case '>': order().column = (order().column + 1) % columns(); break;
    case '+':
    case '-': change_interval(c == '+' ? 1 : -1); return Wish::kNewInterval;
    case 'r':
    case 'c':
    case 'b':
    case 'd':
    case 'w':
    case 'n': sort_by(c); break;
    default: message = "h shows what keys do"; break;
    }
    return Wish::kNothing;
}

TopUi::Wish TopUi::handle(Key key)
{
    if (key.kind == Key::kOther)
        return Wish::kNothing;
    message.clear();
    if (typing) {
        handle_typing(key);
        return Wish::kNothing;
    }
    if (shows_help && (key.kind == Key::kCharacter || key.kind == Key::kEscape || key.kind == Key::kEnter)) {
        shows_help = false;
        return key.character == 'q' ? Wish::kQuit : Wish::kNothing;
    }
    switch (key.kind) {
    case Key::kCharacter: return handle_character(key.character);
    case Key::kUp: first_row -= std::min<size_t>(first_row, 1); break;
    case Key::kDown: first_row++; break;
    case Key::kPageUp: first_row -= std::min(first_row, page); break;
    case Key::kPageDown: first_row += page; break;
    case Key::kHome: first_row = 0; break;
    case Key::kEnd: first_row = SIZE_MAX / 2; break;
    case Key::kLeft: first_column -= std::min<size_t>(first_column, 1); break;
    case Key::kRight: first_column++; break;
    case Key::kTab: show(static_cast<TopView>((static_cast<size_t>(view) + 1) % kTopViews.size())); break;
    default: break;
    }
    return Wish::kNothing;
}

}  // namespace wqctl
