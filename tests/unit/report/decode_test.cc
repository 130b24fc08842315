// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "report/decode.hh"
#include "unit/wire/wire_maker.hh"

using namespace wqctl;

TEST_CASE("the lists of a report grow chunk by chunk")
{
    RunReport report;
    const auto part = [&](const Wire& wire) { decode_part(Attributes(wire.bytes()), report); };
    Wire state;
    state.value(WQLAB_A_RUN_ID, uint32_t{3})
        .value(WQLAB_A_RUN_STATE, uint32_t{WQLAB_RUN_ENDED})
        .text(WQLAB_A_RUN_LABEL, "l");
    part(state);
    CHECK(report.run.id == 3);
    CHECK(report.run.ended());

    Wire result;
    result.value(WQLAB_A_WQ_RESULT_INDEX, uint32_t{1})
        .text(WQLAB_A_WQ_RESULT_NAME, "b")
        .value(WQLAB_A_WQ_RESULT_EXECUTED, uint64_t{9})
        .value(WQLAB_A_WQ_RESULT_PAD, uint32_t{0});
    part(Wire().value(WQLAB_A_RUN_ID, uint32_t{3}).nest(WQLAB_A_RUN_WQ_RESULT, result));
    REQUIRE(report.workqueues.size() == 2);
    CHECK(report.workqueues[1].name == "b");
    CHECK(report.workqueues[1].executed == 9);

    for (uint64_t chunk = 1; chunk <= 3; chunk++) {
        const wqlab_flow flow = {chunk, 0, static_cast<uint32_t>(chunk)};
        part(Wire().nest(WQLAB_A_RUN_FLOWS, Wire()
                                                .value(WQLAB_A_FLOWS_WQ, uint32_t{1})
                                                .rows(WQLAB_A_FLOWS_EXECUTED, WQLAB_A_FLOWS_ROW_SIZE, &flow, 1)));
        const wqlab_worker workers[2] = {{static_cast<int>(chunk), 0}, {100 + static_cast<int>(chunk), -20}};
        part(Wire().nest(WQLAB_A_RUN_WORKERS, Wire()
                                                  .value(WQLAB_A_WORKERS_WQ, uint32_t{1})
                                                  .rows(WQLAB_A_WORKERS_SEEN, WQLAB_A_WORKERS_ROW_SIZE, workers, 2)));
        const wqlab_bucket bucket = {chunk, static_cast<uint32_t>(10 * chunk), 0};
        part(Wire().nest(WQLAB_A_RUN_HISTOGRAM,
                         Wire()
                             .value(WQLAB_A_HISTOGRAM_WQ, uint32_t{1})
                             .value(WQLAB_A_HISTOGRAM_WHICH, uint32_t{WQLAB_LATENCY_RUN})
                             .value(WQLAB_A_HISTOGRAM_COUNT, uint64_t{6})
                             .rows(WQLAB_A_HISTOGRAM_BUCKETS, WQLAB_A_HISTOGRAM_ROW_SIZE, &bucket, 1)));
    }
    const WorkqueueReport& wq = report.workqueues[1];
    CHECK(wq.flows.size() == 3);
    CHECK(wq.workers.size() == 6);
    CHECK(by_nice(wq) == std::map<int32_t, unsigned>{{-20, 3}, {0, 3}});
    CHECK(wq.latency[WQLAB_LATENCY_RUN].buckets.size() == 3);
    CHECK(wq.latency[WQLAB_LATENCY_RUN].count == 6);

    // Indices that nobody should send.
    part(Wire().nest(WQLAB_A_RUN_FLOWS, Wire().value(WQLAB_A_FLOWS_WQ, UINT32_MAX)));
    const wqlab_bucket wild = {1, UINT32_MAX, 0};
    part(
        Wire().nest(WQLAB_A_RUN_HISTOGRAM, Wire()
                                               .value(WQLAB_A_HISTOGRAM_WQ, uint32_t{0})
                                               .value(WQLAB_A_HISTOGRAM_WHICH, uint32_t{0})
                                               .rows(WQLAB_A_HISTOGRAM_BUCKETS, WQLAB_A_HISTOGRAM_ROW_SIZE, &wild, 1)));
    CHECK(report.workqueues.size() == 2);
    CHECK(report.workqueues[0].latency[0].buckets.empty());
}
