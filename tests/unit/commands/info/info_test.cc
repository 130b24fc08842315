// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/info/render.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

// All kinds of views: whole, without a column, and none.
Info with_views()
{
    Info info = info_612();
    info.features = 7;
    info.views = {{WQLAB_SECTION_POOLS, {}}, {WQLAB_SECTION_HOGS, {"wci_ents", "wci_nr_ents"}}, {0, {}}};
    info.views[0].missing_columns = {"workqueue_attrs.affn_scope (no such member)"};
    info.lacks = WQLAB_LACK_SCOPES | WQLAB_LACK_BH;
    return info;
}

}  // namespace

TEST_CASE("the document of info fits its schema")
{
    CHECK(violations(load_schema("info"), info_to_json(with_views())) == std::vector<std::string>{});
}

TEST_CASE("info tells what the kernel is too old for, and nothing of a kernel that is not")
{
    CHECK_THAT(render_info(with_views(), plain(80)),
               Catch::Contains("too old for         affinity scopes (since 6.6), BH workqueues (since 6.9)\n"));
    CHECK_THAT(render_info(info_612(), plain(80)), !Catch::Contains("too old"));
    CHECK_THAT(info_to_json(with_views()), Catch::Contains("\"scopes\"") && Catch::Contains("\"6.6\""));
}

TEST_CASE("info tells what can be looked at, and what lacks")
{
    const std::string text = render_info(with_views(), plain(80));
    CHECK(widest(text) <= 80);
    CHECK_THAT(text,
               Catch::Contains("1.5625 %") &&
                   Catch::Contains("pools               yes, without workqueue_attrs.affn_scope (no such member)\n") &&
                   Catch::Contains("hogs                no, it lacks wci_ents, wci_nr_ents\n") &&
                   Catch::Contains("latency             yes\n"));
    // zlib is always there.
    CHECK_THAT(text, Catch::Contains("compressed dumps    zlib"));
    CHECK_THAT(info_to_json(with_views()), Catch::Contains("\"dump_compressions\": [\n    \"zlib\""));
}
