// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "scenario/encode.hh"
#include "scenario/file.hh"
#include "wire/attributes.hh"

using namespace wqctl;

TEST_CASE("a request says what the scenario says")
{
    const Scenario scenario = resolve(parse_scenario(R"({
        "duration": "1s", "items": 7, "sample": 4, "seed": 9,
        "workqueues": [{"name": "a", "flags": ["unbound"], "max_active": 3, "scope": "numa"}, {"system": "highpri"}],
        "issuers": [
            {"threads": 4, "cpus": "1,0", "rate": 1000, "arrival": "poisson", "coalesce": true, "cancel_percent": 5,
             "item": {"spin": "1us..2us"}},
            {"workqueue": "a", "mode": "delayed", "delay": "1ms", "mod_percent": 5, "flush_percent": 6,
             "item": {"alloc": "4K"}},
            {"workqueue": "a", "burst": 8, "every": "10ms", "queue_on": 1},
            {"workqueue": "a", "links": 10, "queue_node": 0}]})",
                                                     "f"));
    const Message message = encode_run(scenario, {"my label", true});
    const Attributes run(message.stream());
    CHECK(run.string(WQLAB_A_RUN_LABEL) == "my label");
    CHECK(run.u64(WQLAB_A_RUN_ITEMS) == 7);
    CHECK(run.u64(WQLAB_A_RUN_DURATION) == 1'000'000'000);
    CHECK(run.u32(WQLAB_A_RUN_SAMPLE) == 4);
    CHECK(run.u64(WQLAB_A_RUN_SEED) == 9);
    CHECK(run.flag(WQLAB_A_RUN_DETACHED));
    CHECK(run.flag(WQLAB_A_RUN_HELD));

    std::vector<Attributes> workqueues, issuers;
    for (const Attribute& attribute : run.all()) {
        if (attribute.type == WQLAB_A_RUN_WORKQUEUE)
            workqueues.emplace_back(attribute.payload);
        if (attribute.type == WQLAB_A_RUN_ISSUER)
            issuers.emplace_back(attribute.payload);
    }
    REQUIRE(workqueues.size() == 2);
    CHECK(workqueues[0].string(WQLAB_A_WQ_NAME) == "a");
    CHECK(workqueues[0].u32(WQLAB_A_WQ_FLAGS) == (WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS));
    CHECK(workqueues[0].u32(WQLAB_A_WQ_MAX_ACTIVE) == 3);
    CHECK(workqueues[1].string(WQLAB_A_WQ_SYSTEM) == "system_highpri_wq");
    CHECK(!workqueues[1].find(WQLAB_A_WQ_FLAGS));

    // The first feeds both workqueues.
    REQUIRE(issuers.size() == 5);
    for (uint32_t i : {0, 1}) {
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_WORKQUEUE) == i);
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_THREADS) == 4);
        CHECK(issuers[i].array<uint32_t>(WQLAB_A_ISSUER_CPUS) == std::vector<uint32_t>{1, 0});
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_MODE) == WQLAB_MODE_OPEN);
        CHECK(issuers[i].u64(WQLAB_A_ISSUER_INTERVAL) == 4'000'000);
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_DEPTH) == 1024);
        CHECK(issuers[i].flag(WQLAB_A_ISSUER_POISSON));
        CHECK(issuers[i].flag(WQLAB_A_ISSUER_COALESCE));
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_CANCEL_PERCENT) == 5);
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_ITEM) == WQLAB_BODY_SPIN);
        CHECK(issuers[i].u32(WQLAB_A_ISSUER_TIME_DIST) == WQLAB_DIST_UNIFORM);
        CHECK(issuers[i].u64(WQLAB_A_ISSUER_TIME) == 1000);
        CHECK(issuers[i].u64(WQLAB_A_ISSUER_TIME_MAX) == 2000);
    }
    CHECK(issuers[2].u32(WQLAB_A_ISSUER_MODE) == WQLAB_MODE_DELAYED);
    CHECK(issuers[2].u64(WQLAB_A_ISSUER_DELAY) == 1'000'000);
    CHECK(issuers[2].u32(WQLAB_A_ISSUER_MOD_PERCENT) == 5);
    CHECK(issuers[2].u32(WQLAB_A_ISSUER_FLUSH_PERCENT) == 6);
    CHECK(issuers[2].u64(WQLAB_A_ISSUER_SIZE) == 4096);
    CHECK(!issuers[2].find(WQLAB_A_ISSUER_TIME));
    CHECK(issuers[3].u32(WQLAB_A_ISSUER_BURST) == 8);
    CHECK(issuers[3].u64(WQLAB_A_ISSUER_INTERVAL) == 10'000'000);
    CHECK(issuers[3].u32(WQLAB_A_ISSUER_QUEUE_ON) == 1);
    CHECK(issuers[4].u32(WQLAB_A_ISSUER_LINKS) == 10);
    CHECK(issuers[4].u32(WQLAB_A_ISSUER_QUEUE_NODE) == 0);
    CHECK(!issuers[4].find(WQLAB_A_ISSUER_INTERVAL));
}
