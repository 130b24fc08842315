// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/comparison.hh"
#include "term/json_writer.hh"

namespace wqctl {

namespace {

void write_side(JsonWriter& j, std::string_view name, const SideOfComparison& side, size_t values)
{
    j.object(name, [&] {
        j.member("files", side.files);
        j.member("kernels", side.kernels);
        j.member("values", values);
    });
}

void write_row(JsonWriter& j, const Compared& row)
{
    const Difference& d = row.difference;
    j.member_if(!row.row.empty(), "row", row.row);
    j.member("measure", row.measure.key);
    j.member("a", d.a);
    j.member("b", d.b);
    j.member("ratio", d.ratio);
    j.key("interval");
    if (d.interval)
        j.object([&] {
            j.member("low", d.interval->low);
            j.member("high", d.interval->high);
        });
    else
        j.value(nullptr);
    j.member("p", d.p);
    j.member("p_corrected", row.p);
    j.member("outcome", name_of(row.outcome, kOutcomes));
}

}  // namespace

std::string comparison_to_json(const Comparison& comparison)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/compare/1");
        j.member("of", comparison.schema);
        write_side(j, "a", comparison.a, comparison.values_a);
        write_side(j, "b", comparison.b, comparison.values_b);
        j.member("unit", comparison.unit == Unit::kBlock ? "block" : "file");
        j.objects("rows", comparison.rows, [&](const Compared& row) { write_row(j, row); });
        j.objects("together", comparison.together, [&](const Compared& row) { write_row(j, row); });
        j.member("only_a", comparison.only_a);
        j.member("only_b", comparison.only_b);
        j.member("lost", comparison.lost);
        const auto least = comparison.least_different();
        j.member("can_differ", least.has_value());
        j.member("least_different", least);
        j.member("verdicts", comparison.verdicts);
        j.objects("changes", comparison.changes, [&](const VerdictChange& change) {
            j.member("id", change.id);
            j.member("a", change.a);
            j.member("b", change.b);
            j.member("worse", change.is_worse);
        });
    });
    return j.take();
}

}  // namespace wqctl
