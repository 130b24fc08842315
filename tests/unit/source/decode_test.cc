// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "source/decode.hh"
#include "unit/wire/wire_maker.hh"

using namespace wqctl;

TEST_CASE("what the module says about itself is read")
{
    const auto limit = [](const char* name, uint64_t value) {
        return Wire().text(WQLAB_A_LIMIT_NAME, name).value(WQLAB_A_LIMIT_VALUE, value);
    };
    Wire wire;
    wire.text(WQLAB_A_INFO_RELEASE, "6.12")
        .value(WQLAB_A_INFO_FEATURES, uint32_t{WQLAB_FEATURE_PREEMPT_RT})
        .text(WQLAB_A_INFO_SYSTEM_WQ, "system_wq")
        .text(WQLAB_A_INFO_SYSTEM_WQ, "system_bh_wq")
        .nest(WQLAB_A_INFO_LIMIT | NLA_F_NESTED, limit("depth", 4096))
        .nest(WQLAB_A_INFO_LIMIT, limit("runs", 16));
    const Info info = decode_info(Attributes(wire.bytes()));
    CHECK(info.release == "6.12");
    CHECK(info.has(WQLAB_FEATURE_PREEMPT_RT));
    CHECK(info.system_workqueues == std::vector<std::string>{"system_wq", "system_bh_wq"});
    CHECK(info.limit("depth") == 4096u);
    CHECK(info.limit("runs") == 16u);
    CHECK(!info.limit("wings"));
}
