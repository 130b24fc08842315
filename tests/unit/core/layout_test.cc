// SPDX-License-Identifier: GPL-2.0
// kmod/core/layout.hh: wishes, and what becomes of them.
#include <catch2/catch.hpp>

#include "unit/core/btf_builder.hh"
#include "unit/core/btf_fixture.hh"
#include "core/layout.hh"

using namespace wqlab;
using Found = FieldLocation::Found;

namespace {

enum class Field { kPool, kPoolId, kPoolSince, kPoolSpare, kNode, kStarted, kMode, kBases, kCount };
enum View : uint32_t { kPools = 1, kTimes = 2, kStats = 4, kBusy = 8 };

// In no order.
constexpr FieldTable<Field> kSpecs({
    {Field::kStarted, field::constant("STAT_STARTED", kStats)},
    {Field::kPool, field::whole("pool", kPools)},
    {Field::kPoolSince, field::member("pool", "progress_ts|watchdog_ts", kTimes, 8)},
    {Field::kPoolId, field::member("pool", "id", kPools | kTimes, 4)},
    {Field::kNode, field::member("node", "nr.counter", kStats, 4 | 8)},
    {Field::kPoolSpare, field::member("pool", "spare")},
    {Field::kMode, field::constant("OLD_MODE|MODE", 0, "modes")},
    {Field::kBases, field::variable("bases", kBusy)},
});

// What the table finds; the Layout is filled by it.
class Kernel : public BtfBuilder {
public:
    const uint32_t number = integer("int", 4, true);
    const uint32_t long_number = integer("unsigned long", 8);

    uint32_t pool(const char* since = "watchdog_ts", uint32_t id_bit = 0)
    {
        return structure("pool", 24, {{"id", number, id_bit}, {since, long_number, 64}});
    }
    uint32_t node(uint32_t type)
    {
        return structure("node", 24, {{"nr", structure("atomic", 16, {{"counter", type, 0}}), 64}});
    }

    Layout<Field> layout() const
    {
        const OpenBtf btf(bytes());
        REQUIRE(btf.problem() == "");
        Layout<Field> layout(kSpecs);
        REQUIRE(layout.locate(*btf).ok());
        return layout;
    }
};

std::string lacking(const Layout<Field>& layout, uint32_t views)
{
    std::string first;
    layout.for_each_absent([views](const FieldSpec& spec) { return spec.is_needed_by(views); },
                           [&](const char* text) { first = first.empty() ? text : first; });
    return first;
}

}  // namespace

TEST_CASE("fields are where the BTF has them")
{
    Kernel kernel;
    kernel.pool();
    kernel.node(kernel.number);
    kernel.enumeration("", {{"STAT_QUEUED", 3}, {"STAT_STARTED", 4}});
    kernel.enumeration("modes", {{"MODE", 7}});
    const auto layout = kernel.layout();
    CHECK(layout.size(Field::kPool) == 24);
    CHECK(layout.offset(Field::kPool) == 0);
    CHECK(layout.offset(Field::kPoolId) == 0);
    CHECK(layout.offset(Field::kPoolSince) == 8);
    CHECK(layout[Field::kPoolSince].alternative == 1);
    CHECK(layout.offset(Field::kNode) == 8);
    CHECK(layout.value(Field::kStarted) == 4);
    CHECK(layout.value(Field::kMode) == 7);
    CHECK(layout[Field::kMode].alternative == 1);
    CHECK(!layout.has(Field::kPoolSpare));
    CHECK(layout.offset(Field::kPoolSpare) == Layout<Field>::kAbsent);
    CHECK(lacking(layout, kPools | kTimes | kStats) == "");
}

TEST_CASE("a view learns what it lacks, and others go on")
{
    Kernel kernel;
    kernel.pool("since");
    kernel.node(kernel.number);
    const auto layout = kernel.layout();
    CHECK(lacking(layout, kPools) == "");
    CHECK(lacking(layout, kTimes) == "pool.progress_ts|watchdog_ts (no such member)");
    CHECK(lacking(layout, kStats) == "STAT_STARTED (no such constant)");
    CHECK(lacking(Kernel().layout(), kPools) == "pool (no such struct)");
    CHECK(lacking(Layout<Field>(kSpecs), kPools) == "pool (no such struct)");
}

TEST_CASE("a field of another size than expected is none")
{
    Kernel kernel;
    kernel.node(kernel.integer("short", 2));
    CHECK(lacking(kernel.layout(), kStats) == "node.nr.counter (another size)");
    CHECK(kernel.layout().offset(Field::kNode) == Layout<Field>::kAbsent);
    Kernel wide;
    wide.node(wide.long_number);
    CHECK(wide.layout().has(Field::kNode));
    Kernel neither;
    neither.node(neither.array(neither.integer("char", 1), 12));
    CHECK(neither.layout()[Field::kNode].found == Found::kOtherSize);
    Kernel both;
    both.node(both.structure("twelve", 12, {}));
    CHECK(both.layout()[Field::kNode].found == Found::kOtherSize);
}

TEST_CASE("the first alternative there is, is taken")
{
    Kernel kernel;
    kernel.structure("pool", 32, {{"watchdog_ts", kernel.long_number, 64}, {"progress_ts", kernel.long_number, 128}});
    kernel.enumeration("modes", {{"MODE", 7}, {"OLD_MODE", 8}});
    CHECK(kernel.layout().offset(Field::kPoolSince) == 16);
    CHECK(kernel.layout().value(Field::kMode) == 8);
}

TEST_CASE("of several structs of one name the one is taken that has what is spec")
{
    const auto foreign = [](Kernel& kernel) { kernel.structure("pool", 4, {{"id", kernel.number, 0}}); };
    SECTION("in any order")
    {
        for (int location = 0; location < 3; location++) {
            Kernel kernel;
            for (int i = 0; i < 3; i++)
                i == location ? (void)kernel.pool() : foreign(kernel);
            CHECK(kernel.layout().size(Field::kPool) == 24);
            CHECK(kernel.layout().offset(Field::kPoolSince) == 8);
        }
    }
    SECTION("also behind two that have less and differ")
    {
        Kernel kernel;
        foreign(kernel);
        kernel.structure("pool", 8, {{"id", kernel.number, 32}});
        CHECK(lacking(kernel.layout(), kPools) == "pool (several such structs, none with every member)");
        CHECK(kernel.layout().offset(Field::kPoolId) == Layout<Field>::kAbsent);
        kernel.pool();
        CHECK(lacking(kernel.layout(), kPools | kTimes) == "");
        foreign(kernel);
        CHECK(lacking(kernel.layout(), kPools | kTimes) == "");
    }
    SECTION("unless two have it and differ")
    {
        Kernel kernel;
        kernel.pool();
        kernel.pool("watchdog_ts", 32);
        CHECK(lacking(kernel.layout(), kPools) == "pool (several such structs)");
        CHECK(kernel.layout().offset(Field::kPoolId) == Layout<Field>::kAbsent);
        kernel.pool();
        foreign(kernel);
        CHECK(lacking(kernel.layout(), kPools) == "pool (several such structs)");
    }
    SECTION("and copies are no others")
    {
        Kernel kernel;
        kernel.pool();
        kernel.pool();
        CHECK(lacking(kernel.layout(), kPools | kTimes) == "");
        Kernel lesser;
        foreign(lesser);
        foreign(lesser);
        CHECK(lacking(lesser.layout(), kPools) == "");
    }
}

TEST_CASE("forward declarations, typedefs and functions of a struct's name are none")
{
    Kernel kernel;
    kernel.forward("pool");
    kernel.type_definition("pool", kernel.number);
    kernel.bystanders();
    const uint32_t id = kernel.pool();
    kernel.record("pool", BtfKind::kFunction, 0, id);
    CHECK(lacking(kernel.layout(), kPools) == "");
}

TEST_CASE("constants of one name must agree, or be of the enum that is meant")
{
    Kernel kernel;
    kernel.enumeration("one", {{"STAT_STARTED", 4}, {"MODE", 1}});
    kernel.enumeration64("two", {{"STAT_STARTED", 4}, {"MODE", 2}});
    CHECK(kernel.layout().value(Field::kStarted) == 4);
    CHECK(kernel.layout()[Field::kMode].found == Found::kNoType);
    kernel.enumeration("modes", {{"MODE", 3}});
    CHECK(kernel.layout().value(Field::kMode) == 3);
    kernel.enumeration("", {{"STAT_STARTED", 5}});
    CHECK(lacking(kernel.layout(), kStats) == "node.nr.counter (no such struct)");
    CHECK(kernel.layout()[Field::kStarted].found == Found::kSeveralFit);
}

TEST_CASE("a variable is as large as its array")
{
    Kernel kernel;
    CHECK(lacking(kernel.layout(), kBusy) == "bases (no such variable)");
    const uint32_t base = kernel.structure("base", 24, {{"cpu", kernel.number, 0}});
    kernel.record("bases", BtfBuilder::Kind::kVariable, 0,
                  kernel.array(kernel.modified(wqlab::BtfKind::kConst, base), 3), {1});
    kernel.record("basement", BtfBuilder::Kind::kVariable, 0, kernel.number, {1});
    const Layout<Field> layout = kernel.layout();
    CHECK(lacking(layout, kBusy) == "");
    CHECK(layout[Field::kBases].member.elements == 3);
    CHECK(layout[Field::kBases].member.element_size == 24);
    CHECK(layout.size(Field::kBases) == 72);

    kernel.record("bases", BtfBuilder::Kind::kVariable, 0, kernel.array(base, 2), {1});
    CHECK(lacking(kernel.layout(), kBusy) == "bases (several such variables)");

    Kernel damaged;
    damaged.record("bases", BtfBuilder::Kind::kVariable, 0, 999, {1});
    CHECK(lacking(damaged.layout(), kBusy) == "bases (damaged)");
}

TEST_CASE("damage in one struct is that field's")
{
    Kernel kernel;
    kernel.structure("pool", 24, {{"id", 999, 0}, {"watchdog_ts", kernel.long_number, 64}});
    CHECK(lacking(kernel.layout(), kTimes) == "pool.id (damaged)");
    CHECK(kernel.layout().offset(Field::kPoolSince) == 8);
}

TEST_CASE("a BTF that takes unreasonably long is given up")
{
    Kernel kernel;
    uint32_t level = kernel.number;
    for (int depth = 0; depth < 7; depth++)
        level = kernel.structure(depth == 6 ? "pool" : "", 4, std::vector<BtfBuilder::Member>(32, {"", level, 0}));
    const OpenBtf btf(kernel.bytes());
    Layout<Field> layout(kSpecs);
    CHECK(!layout.locate(*btf).ok());
}
