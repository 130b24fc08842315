// SPDX-License-Identifier: GPL-2.0
#include "commands/top/table.hh"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "term/style.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

template <typename Row>
struct ColumnOf {
    const char* title;
    size_t width;  // at least, so that columns do not jump about
    std::function<std::string(const Row&, Charset)> text;
    std::function<double(const Row&)> key;  // most first; none: text, and sorted by it
};

template <typename Row>
using ColumnsOf = std::vector<ColumnOf<Row>>;

std::string time_text(const std::optional<uint64_t>& ns, Charset charset)
{
    return ns ? human_time(*ns, charset) : "-";
}
double time_key(const std::optional<uint64_t>& ns) { return ns ? static_cast<double>(*ns) : -1; }
std::string count_text(uint64_t count)
{
    return count < 100'000 ? std::to_string(count) : human_count(static_cast<double>(count));
}
std::string some(uint64_t count) { return count ? count_text(count) : "-"; }

template <typename Row>
ColumnOf<Row> count_column(const char* title, size_t width, std::function<uint64_t(const Row&)> count)
{
    return {title, width, [count](const Row& row, Charset) { return some(count(row)); },
            [count](const Row& row) { return static_cast<double>(count(row)); }};
}

std::string words_of_flags(uint32_t flags)
{
    std::string text;
    for (const std::string& name : flags_to_names(flags & WQLAB_WQ_FLAGS_ALL & ~uint32_t{WQLAB_WQ_SYSFS}))
        text += (text.empty() ? "" : " ") + name;
    return text.empty() ? "percpu" : text;
}

const ColumnsOf<WorkqueueRow>& columns_of(const WorkqueueRow*)
{
    using Row = WorkqueueRow;
    static const ColumnsOf<Row> columns = {
        {"workqueue", 16, [](const Row& r, Charset) { return r.label; }, {}},
        {"items/s", 7, [](const Row& r, Charset) { return r.items_per_s ? human_count(*r.items_per_s) : "-"; },
         [](const Row& r) { return r.items_per_s.value_or(-1); }},
        {"CPU%", 5, [](const Row& r, Charset) { return r.cpus ? fmt::format("{:.1f}", *r.cpus * 100) : "-"; },
         [](const Row& r) { return r.cpus.value_or(-1); }},
        count_column<Row>("busy", 4, [](const Row& r) { return r.busy.value_or(r.in_flight()); }),
        count_column<Row>("depth", 5, [](const Row& r) { return r.depth(); }),
        count_column<Row>("inact", 5, [](const Row& r) { return r.inactive; }),
        {"wait", 6, [](const Row& r, Charset c) { return time_text(r.wait_ns, c); },
         [](const Row& r) { return time_key(r.wait_ns); }},
        count_column<Row>("total", 6, [](const Row& r) { return r.total[WQLAB_PWQ_STAT_STARTED]; }),
        count_column<Row>("hogs", 4, [](const Row& r) { return r.total[WQLAB_PWQ_STAT_CPU_INTENSIVE]; }),
        count_column<Row>("mayday", 6, [](const Row& r) { return r.total[WQLAB_PWQ_STAT_MAYDAY]; }),
        count_column<Row>("rescued", 7, [](const Row& r) { return r.total[WQLAB_PWQ_STAT_RESCUED]; }),
        {"max", 4, [](const Row& r, Charset) { return r.is(WQLAB_WQ_BH) ? "-" : std::to_string(r.max_active); },
         [](const Row& r) { return r.max_active; }},
        {"flags", 6, [](const Row& r, Charset) { return words_of_flags(r.flags); }, {}},
    };
    return columns;
}

std::string bound_text(const std::optional<uint64_t>& ns, bool is_bound, Charset charset)
{
    return (ns && is_bound ? charset == Charset::kUtf8 ? "\u2265" : ">=" : "") + time_text(ns, charset);
}

const ColumnsOf<WorkerRow>& columns_of(const WorkerRow*)
{
    using Row = WorkerRow;
    static const ColumnsOf<Row> columns = {
        {"pid", 6, [](const Row& r, Charset) { return r.pid ? std::to_string(r.pid) : "-"; },
         [](const Row& r) { return -r.pid; }},
        {"state", 8, [](const Row& r, Charset) { return std::string(r.state()); }, {}},
        {"for", 7,
         [](const Row& r, Charset c) { return bound_text(r.for_ns, r.flags & WQLAB_WORKER_SINCE_AT_LEAST, c); },
         // Busy ones first, however long others were idle.
         [](const Row& r) { return r.is_busy ? 1e20 + time_key(r.for_ns) : -time_key(r.for_ns); }},
        {"function", 16, [](const Row& r, Charset) { return r.function.empty() ? "-" : r.function; }, {}},
        {"workqueue", 16, [](const Row& r, Charset) { return r.workqueue.empty() ? "-" : r.workqueue; }, {}},
        {"pool", 4, [](const Row& r, Charset) { return r.pool < 0 ? "-" : std::to_string(r.pool); },
         [](const Row& r) { return -r.pool; }},
        {"cpu", 3, [](const Row& r, Charset) { return r.cpu < 0 ? "-" : std::to_string(r.cpu); },
         [](const Row& r) { return -r.cpu; }},
        {"nice", 4, [](const Row& r, Charset) { return std::to_string(r.nice); }, [](const Row& r) { return -r.nice; }},
        {"roles", 5, [](const Row& r, Charset) { return r.roles(); }, {}},
        {"description", 11, [](const Row& r, Charset) { return r.description; }, {}},
    };
    return columns;
}

const ColumnsOf<FunctionRow>& columns_of(const FunctionRow*)
{
    using Row = FunctionRow;
    static const ColumnsOf<Row> columns = {
        {"function", 24, [](const Row& r, Charset) { return r.function; }, {}},
        count_column<Row>("busy", 4, [](const Row& r) { return r.busy; }),
        count_column<Row>("pend", 5, [](const Row& r) { return r.pending; }),
        count_column<Row>("inact", 5, [](const Row& r) { return r.inactive; }),
        {"longest", 7, [](const Row& r, Charset c) { return bound_text(r.longest_ns, r.longest_is_bound, c); },
         [](const Row& r) { return time_key(r.longest_ns); }},
        count_column<Row>("hogs", 4, [](const Row& r) { return r.hogs; }),
        {"workqueues", 16, [](const Row& r, Charset) { return r.workqueues.empty() ? "-" : r.workqueues; }, {}},
    };
    return columns;
}

const ColumnsOf<PoolRow>& columns_of(const PoolRow*)
{
    using Row = PoolRow;
    static const ColumnsOf<Row> columns = {
        {"pool", 4, [](const Row& r, Charset) { return std::to_string(r.pool.id); },
         [](const Row& r) { return -r.pool.id; }},
        {"cpus", 5, [](const Row& r, Charset) { return r.cpus.empty() ? "-" : r.cpus; }, {}},
        {"kind", 7, [](const Row& r, Charset) { return r.kind; }, {}},
        {"nice", 4, [](const Row& r, Charset) { return std::to_string(r.pool.nice); },
         [](const Row& r) { return -r.pool.nice; }},
        {"workers", 7, [](const Row& r, Charset) { return std::to_string(r.pool.nr_workers); },
         [](const Row& r) { return r.pool.nr_workers; }},
        {"idle", 4, [](const Row& r, Charset) { return std::to_string(r.pool.nr_idle); },
         [](const Row& r) { return r.pool.nr_idle; }},
        count_column<Row>("busy", 4, [](const Row& r) { return r.busy; }),
        {"running", 7, [](const Row& r, Charset) { return std::to_string(r.pool.nr_running); },
         [](const Row& r) { return r.pool.nr_running; }},
        count_column<Row>("pend", 5, [](const Row& r) { return r.pool.nr_pending; }),
        {"wait", 6, [](const Row& r, Charset c) { return time_text(r.wait_ns, c); },
         [](const Row& r) { return time_key(r.wait_ns); }},
        {"manager", 7, [](const Row& r, Charset) { return r.pool.manager ? std::to_string(r.pool.manager) : "-"; },
         [](const Row& r) { return r.pool.manager; }},
    };
    return columns;
}

const ColumnsOf<QueuerRow>& columns_of(const QueuerRow*)
{
    using Row = QueuerRow;
    static const ColumnsOf<Row> columns = {
        {"queued by", 24, [](const Row& r, Charset) { return r.queuer; }, {}},
        {"items/s", 7, [](const Row& r, Charset) { return human_count(r.items_per_s); },
         [](const Row& r) { return r.items_per_s; }},
        count_column<Row>("total", 6, [](const Row& r) { return r.total; }),
        {"workqueue", 16, [](const Row& r, Charset) { return r.workqueue; }, {}},
        {"function", 16, [](const Row& r, Charset) { return r.function; }, {}},
    };
    return columns;
}

bool is_quiet(const WorkqueueRow& row) { return row.is_quiet(); }
bool is_quiet(const WorkerRow& row) { return !row.is_busy; }
bool is_quiet(const FunctionRow& row) { return !row.busy && !row.pending && !row.inactive; }
bool is_quiet(const PoolRow& row) { return row.is_quiet(); }
bool is_quiet(const QueuerRow& row) { return row.items_per_s == 0; }

bool is_late(const std::optional<uint64_t>& wait_ns) { return wait_ns.value_or(0) >= 1'000'000'000; }
bool alarms(const WorkqueueRow& row) { return is_late(row.wait_ns); }
bool alarms(const WorkerRow&) { return false; }
bool alarms(const FunctionRow&) { return false; }
bool alarms(const PoolRow& row) { return is_late(row.wait_ns); }
bool alarms(const QueuerRow&) { return false; }

bool matches(const WorkqueueRow& row, const Patterns& p)
{
    return p.match(row.name) || (!row.symbol.empty() && p.match(row.symbol));
}
bool matches(const WorkerRow& row, const Patterns& p)
{
    return p.match(row.function) || p.match(row.workqueue) || p.match(row.command) || p.match(row.description);
}
bool matches(const FunctionRow& row, const Patterns& p) { return p.match(row.function) || p.match(row.workqueues); }
bool matches(const PoolRow& row, const Patterns& p) { return p.match(row.cpus) || p.match(row.kind); }
bool matches(const QueuerRow& row, const Patterns& p)
{
    return p.match(row.queuer) || p.match(row.workqueue) || p.match(row.function);
}

// Among those that are equal by the chosen column.
double more(const WorkqueueRow& r)
{
    return static_cast<double>(r.depth()) * 1e6 + static_cast<double>(r.total[WQLAB_PWQ_STAT_STARTED]) / 1e6;
}
double more(const WorkerRow& r) { return r.is_busy ? 1 : 0; }
double more(const FunctionRow& r) { return static_cast<double>(r.pending + r.inactive); }
double more(const PoolRow& r) { return r.pool.nr_pending; }
double more(const QueuerRow& r) { return static_cast<double>(r.total); }

template <typename Row>
TopTable arrange_rows(const std::vector<Row>& all, const TopUi& ui, Charset charset)
{
    const ColumnsOf<Row>& columns = columns_of(static_cast<const Row*>(nullptr));
    std::vector<const Row*> rows;
    for (const Row& row : all)
        if ((!ui.hides_quiet || !is_quiet(row)) && (ui.patterns.empty() || matches(row, ui.patterns)))
            rows.push_back(&row);

    TopTable table;
    table.sorted = std::min(ui.order().column, columns.size() - 1);
    const ColumnOf<Row>& by = columns[table.sorted];
    std::stable_sort(rows.begin(), rows.end(), [&](const Row* a, const Row* b) {
        if (ui.order().is_reversed)
            std::swap(a, b);
        if (by.key) {
            const double first = by.key(*a);
            const double second = by.key(*b);
            return first != second ? first > second : more(*a) > more(*b);
        }
        return by.text(*a, charset) < by.text(*b, charset);
    });

    for (const ColumnOf<Row>& column : columns)
        table.columns.push_back({column.title, !column.key, std::max(column.width, display_width(column.title))});
    for (const Row* row : rows) {
        TopTable::Row& line = table.rows.emplace_back();
        line.look = alarms(*row) ? Look::kAlarm : is_quiet(*row) ? Look::kDim : Look::kPlain;
        for (size_t i = 0; i < columns.size(); i++) {
            line.cells.push_back(columns[i].text(*row, charset));
            table.columns[i].width = std::max(table.columns[i].width, display_width(line.cells.back()));
        }
    }
    return table;
}

}  // namespace

TopTable arrange(const TopData& data, const TopUi& ui, Charset charset)
{
    switch (ui.view) {
    case TopView::kWorkers: return arrange_rows(data.workers, ui, charset);
    case TopView::kFunctions: return arrange_rows(data.functions, ui, charset);
    case TopView::kPools: return arrange_rows(data.pools, ui, charset);
    case TopView::kQueuers: return arrange_rows(data.queuers, ui, charset);
    case TopView::kWorkqueues: break;
    }
    return arrange_rows(data.workqueues, ui, charset);
}

}  // namespace wqctl
