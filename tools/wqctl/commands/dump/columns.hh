// SPDX-License-Identifier: GPL-2.0
// What each row of a dump's JSON has, said once, in columns.cc: a name, what its values may be, what they mean, and
// where they come from. json.cc writes what is listed here, and dump.schema.json is made of it. A column is a line
// there: docs/contributing/adding-a-column.md.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include "commands/dump/model.hh"
#include "commands/dump/stacks.hh"
#include "snapshot/names.hh"
#include "term/json_writer.hh"

namespace wqctl {

// What a row's values are looked up in.
struct RowContext {
    explicit RowContext(const Dump& shown)
        : dump(shown), snapshot(shown.snapshot), pwq_cpus(cpus_of_pwqs(shown.snapshot))
    {
    }

    const Dump& dump;
    const Snapshot& snapshot;
    // By the pwq's index.
    const std::vector<CpuList> pwq_cpus;
};

// A row of its own, though the wire has it in its workqueue's.
struct Rescuer {
    const wqlab_snap_workqueue& workqueue;
};

// What a value may be, as JSON Schema says it.
struct Shape {
    enum class Kind {
        kInteger,
        kCount,  // no less than 0
        kText,
        kBoolean,
        kCpus,      // "0-3,8"
        kIdentity,  // of an address
        kWord,      // one of words()
        kRows,      // a list of objects: columns
        kStats,     // an object: a count of each of words()
    };

    Kind kind;
    bool or_null = false;
    bool list = false;
    bool may_be_left_out = false;
    Words (*words)() = nullptr;
    // Calls back with each of a row's columns; see each_column().
    void (*columns)(void* visitor,
                    void (*visit)(void* visitor, std::string_view name, const Shape&, std::string_view doc)) = nullptr;
};

template <typename Row>
struct Column {
    std::string_view name;
    Shape shape;
    std::string_view doc;
    void (*write)(JsonWriter& j, const RowContext& context, const Row& row);  // its value
    // Of one that may be left out: whether it is said.
    bool (*is_said)(const RowContext& context, const Row& row) = nullptr;
};

template <typename Row>
std::span<const Column<Row>> columns();

// Every kind of row, and the list of its columns in columns.cc. Dump's are the document's head.
#define WQCTL_DUMP_ROWS(X)                 \
    X(Dump, kHead)                         \
    X(View, kUnavailable)                  \
    X(wqlab_snap_scope, kScopes)           \
    X(wqlab_snap_pod, kPods)               \
    X(wqlab_snap_cpu_pod, kCpuPods)        \
    X(wqlab_snap_pool, kPools)             \
    X(wqlab_snap_workqueue, kWorkqueues)   \
    X(PoolRun, kCpuPools)                  \
    X(wqlab_snap_pwq, kPwqs)               \
    X(Rescuer, kRescuers)                  \
    X(wqlab_snap_node, kNodes)             \
    X(wqlab_snap_node_active, kNodeActive) \
    X(wqlab_snap_worker, kWorkers)         \
    X(wqlab_snap_work, kItems)             \
    X(wqlab_snap_flusher, kFlushers)       \
    X(wqlab_snap_timer, kTimers)

// A type in angle brackets takes no parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define WQCTL_DECLARE(Row, list) \
    template <>                  \
    std::span<const Column<Row>> columns();
WQCTL_DUMP_ROWS(WQCTL_DECLARE)
// In stacks.cc.
WQCTL_DECLARE(StackGroup, )
WQCTL_DECLARE(Task, )
#undef WQCTL_DECLARE
// These are in cpu_columns.cc.
template <>
std::span<const Column<wqlab_snap_hog>> columns();
template <>
std::span<const Column<wqlab_snap_task>> columns();
template <>
std::span<const Column<wqlab_snap_runqueue>> columns();
// NOLINTEND(bugprone-macro-parentheses)

template <typename Row>
void write_row(JsonWriter& j, const RowContext& context, const Row& row)
{
    for (const Column<Row>& column : columns<Row>()) {
        if (column.is_said && !column.is_said(context, row))
            continue;
        j.key(column.name);
        column.write(j, context, row);
    }
}

// As Shape::columns wants it.
template <typename Row>
void each_column(void* visitor, void (*visit)(void*, std::string_view, const Shape&, std::string_view))
{
    for (const Column<Row>& column : columns<Row>())
        visit(visitor, column.name, column.shape, column.doc);
}

}  // namespace wqctl
