// SPDX-License-Identifier: GPL-2.0
// The words that columns.cc is written in: a kind of column each.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/dump/columns.hh"

namespace wqctl::column {

using Kind = Shape::Kind;

template <typename Row, typename Value>
Row row_of(Value Row::*);
// The struct of which Member is one.
template <auto Member>
using RowOf = decltype(row_of(Member));

constexpr Shape or_null(Kind kind) { return {.kind = kind, .or_null = true}; }
constexpr Shape list(Kind kind) { return {.kind = kind, .list = true}; }
constexpr Shape words(Words (*all)()) { return {.kind = Kind::kWord, .words = all}; }
constexpr Shape list_of(Words (*all)()) { return {.kind = Kind::kWord, .list = true, .words = all}; }

// get(context, row), a lambda without captures, gives the value.
template <typename Row, typename Get>
constexpr Column<Row> of(std::string_view name, Shape shape, std::string_view doc, Get)
{
    return {name, shape, doc, [](JsonWriter& j, const RowContext& c, const Row& row) { j.value(Get{}(c, row)); }};
}

// ---- members as they are
template <auto Member>
constexpr auto plain(std::string_view name, std::string_view doc = {})
{
    using Row = RowOf<Member>;
    using Value = std::remove_cvref_t<decltype(std::declval<Row&>().*Member)>;
    constexpr Kind kKind = std::is_signed_v<std::remove_extent_t<Value>> ? Kind::kInteger : Kind::kCount;
    return Column<Row>{name, Shape{.kind = kKind, .list = std::is_array_v<Value>}, doc,
                       [](JsonWriter& j, const RowContext&, const Row& row) { j.value(row.*Member); }};
}

template <auto Member>
constexpr auto truth(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, {Kind::kBoolean}, doc, [](auto&, auto& row) { return row.*Member != 0; });
}

template <auto Member, Words (*InWords)(uint32_t)>
constexpr auto flags(std::string_view name)
{
    return of<RowOf<Member>>(name, list_of([] { return InWords(UINT32_MAX); }), {},
                             [](auto&, auto& row) { return InWords(row.*Member); });
}

// ---- null if there is none
template <typename T>
constexpr std::optional<T> not_negative(T number)
{
    return number < 0 ? std::nullopt : std::optional(number);
}

// A CPU, a node, a pool: below 0 is none.
template <auto Member>
constexpr auto number_or_null(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kInteger), doc,
                             [](auto&, auto& row) { return not_negative(row.*Member); });
}

// A pid: 0 is none.
template <auto Member>
constexpr auto pid_or_null(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kInteger), doc,
                             [](auto&, auto& row) { return row.*Member ? std::optional(row.*Member) : std::nullopt; });
}

template <auto Member>
constexpr auto time(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kCount), doc, [](auto&, auto& row) {
        return row.*Member == WQLAB_NEVER ? std::nullopt : std::optional(row.*Member);
    });
}

template <auto Member>
constexpr auto identity_or_null(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kIdentity), doc, [](auto&, auto& row) {
        return row.*Member ? std::optional(identity_text(row.*Member)) : std::nullopt;
    });
}
template <auto Member>
constexpr auto identity(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, {Kind::kIdentity}, doc, [](auto&, auto& row) { return identity_text(row.*Member); });
}

// ---- what is an index into the snapshot
template <auto Member>
constexpr auto string(std::string_view name)
{
    return of<RowOf<Member>>(name, {Kind::kText}, {},
                             [](auto& c, auto& row) { return c.snapshot.string(row.*Member); });
}
template <auto Member>
constexpr auto string_or_null(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kText), doc, [](auto& c, auto& row) {
        return row.*Member == WQLAB_NONE ? std::nullopt : std::optional(c.snapshot.string(row.*Member));
    });
}

inline std::optional<std::string> cpus_of(const RowContext& c, uint32_t mask)
{
    return c.snapshot.has_mask(mask) ? std::optional(format_cpu_list(c.snapshot.cpus(mask))) : std::nullopt;
}
template <auto Member>
constexpr auto cpus(std::string_view name, std::string_view doc = {})
{
    return of<RowOf<Member>>(name, or_null(Kind::kCpus), doc,
                             [](auto& c, auto& row) { return cpus_of(c, row.*Member); });
}

// Both of a workqueue, by its index.
inline std::optional<std::string> name_of_workqueue(const RowContext& c, uint32_t index)
{
    const wqlab_snap_workqueue* wq = c.snapshot.workqueue(index);
    return wq ? std::optional(c.snapshot.string(wq->name)) : std::nullopt;
}
inline std::optional<std::string> identity_of_workqueue(const RowContext& c, uint32_t index)
{
    const wqlab_snap_workqueue* wq = c.snapshot.workqueue(index);
    return wq ? std::optional(identity_text(wq->identity)) : std::nullopt;
}
template <typename Row, typename Index>
constexpr auto workqueue_name(Index)
{
    return of<Row>("workqueue", or_null(Kind::kText), "Its name, which is no key.",
                   [](auto& c, auto& row) { return name_of_workqueue(c, Index{}(c, row)); });
}
template <typename Row, typename Index>
constexpr auto workqueue_identity(Index)
{
    return of<Row>("workqueue_identity", or_null(Kind::kIdentity), "That of its entry in workqueues.",
                   [](auto& c, auto& row) { return identity_of_workqueue(c, Index{}(c, row)); });
}

// ---- rows in a row
enum class Lines {
    kNone,    // all in their row's line
    kBefore,  // each begins one
    kEach,    // and the bracket behind the last
};

template <typename Inner>
const Inner& row_in(const Inner& row)
{
    return row;
}
template <typename Inner>
const Inner& row_in(const Inner* row)
{
    return *row;
}

// get() gives the rows, or pointers to them.
template <typename Row, typename Inner, Lines Where, typename Get>
constexpr Column<Row> rows(std::string_view name, std::string_view doc, Get)
{
    return {name, Shape{.kind = Kind::kRows, .columns = each_column<Inner>}, doc,
            [](JsonWriter& j, const RowContext& c, const Row& row) {
                j.array([&] {
                    bool any = false;
                    constexpr Get get{};  // gcc 13 takes what a temporary returns for a part of it
                    for (const auto& inner : get(c, row)) {
                        if (Where != Lines::kNone)
                            j.line();
                        j.object([&] { write_row<Inner>(j, c, row_in<Inner>(inner)); });
                        any = true;
                    }
                    if (Where == Lines::kEach && any)
                        j.line();
                });
            }};
}

}  // namespace wqctl::column
