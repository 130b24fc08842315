// SPDX-License-Identifier: GPL-2.0
#include <cerrno>

#include <catch2/catch.hpp>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "wire/attribute_path.hh"
#include "commands/check/requests.hh"
#include "report/decode.hh"
#include "source/decode.hh"
#include "scenario/encode.hh"
#include "wire/extack.hh"
#include "wire_maker.hh"
#include "unit/report/fixtures.hh"
#include "scenario/file.hh"

using namespace wqctl;

namespace {

// An NLMSG_ERROR; echo: the request stands in it whole.
Wire refusal(int error, const Wire& details, Bytes echo = {})
{
    nlmsghdr header = {};
    nlmsgerr payload = {};
    header.nlmsg_type = NLMSG_ERROR;
    header.nlmsg_flags = static_cast<uint16_t>(NLM_F_ACK_TLVS | (echo.empty() ? NLM_F_CAPPED : 0));
    header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + sizeof payload + echo.size() + details.size());
    payload.error = -error;
    payload.msg.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + echo.size());
    Wire wire;
    wire.append(&header, sizeof header);
    wire.append(&payload, sizeof payload);
    wire.append(echo.data(), echo.size());
    wire.append(details.bytes().data(), details.size());
    return wire;
}

const std::span<const AttributeName> kNames = command_name(WQLAB_CMD_RUN_START).request;
constexpr uint32_t kHeaders = NLMSG_HDRLEN + GENL_HDRLEN;

// A request with one workqueue and two issuers.
Message sample_request()
{
    return encode_run(resolve(parse_scenario(R"({"workqueues": [{"name": "a", "max_active": 3}],
        "issuers": [{"depth": 2}, {"depth": 4, "item": {"spin": "5us"}}]})",
                                             "f")),
                      {"label", false});
}

// The offset of an attribute in a nest of the request, from its first header.
uint32_t offset_in(const Attributes& request, unsigned nest, unsigned which, unsigned type)
{
    for (const Attribute& attribute : request.all())
        if (attribute.type == nest && which-- == 0)
            return kHeaders + attribute.offset + NLA_HDRLEN + Attributes(attribute.payload).find(type)->offset;
    return 0;
}

}  // namespace

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

TEST_CASE("attributes that are cut short end the list")
{
    Wire wire;
    wire.value(1, uint32_t{5}).value(2, uint64_t{6});
    CHECK(Attributes(wire.bytes()).all().size() == 2);
    CHECK(Attributes(wire.bytes().first(wire.size() - 1)).all().size() == 1);
    CHECK(Attributes(Bytes()).all().empty());
    const nlattr short_one = {2, 1};
    Wire bad;
    bad.append(&short_one, sizeof short_one);
    CHECK(Attributes(bad.bytes()).all().empty());
    // A wrong size reads as 0, not as what lies behind.
    CHECK(Attributes(wire.bytes()).u64(1) == 0);
    CHECK(Attributes(wire.bytes()).u32(9) == 0);
}

TEST_CASE("a refusal names the attribute and what it may be")
{
    Message request = sample_request();
    const Attributes attributes(request.stream());
    Wire policy;
    policy.value(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, uint64_t{1}).value(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, uint64_t{4096});
    Wire details;
    details.text(NLMSGERR_ATTR_MSG, "integer out of range")
        .value(NLMSGERR_ATTR_OFFS, offset_in(attributes, WQLAB_A_RUN_ISSUER, 1, WQLAB_A_ISSUER_DEPTH))
        .nest(NLMSGERR_ATTR_POLICY, policy);
    for (Bytes echo : {Bytes(), request.stream()}) {
        const Refusal result = decode_refusal(refusal(ERANGE, details, echo).bytes(), request.stream(), kNames);
        CHECK(result.error == ERANGE);
        CHECK(result.attribute == "issuer[1] depth");
        CHECK(result.text() == "issuer[1] depth: integer out of range (allowed: 1 to 4096)");
        CHECK(result.to_error("run-start").exit_code == kUsage);
        CHECK(result.to_error("run-start").message ==
              "the kernel refused run-start: issuer[1] depth: integer out of range (allowed: 1 to 4096)");
    }
}

TEST_CASE("a refusal names what is missing")
{
    Message request = sample_request();
    const Attributes attributes(request.stream());
    const uint32_t nest = kHeaders + attributes.find(WQLAB_A_RUN_WORKQUEUE)->offset;
    Wire details;
    details.text(NLMSGERR_ATTR_MSG, "required")
        .value(NLMSGERR_ATTR_MISS_TYPE, uint32_t{WQLAB_A_WQ_NAME})
        .value(NLMSGERR_ATTR_MISS_NEST, nest);
    CHECK(decode_refusal(refusal(EINVAL, details).bytes(), request.stream(), kNames).text() ==
          "workqueue[0] name: missing: required");
    Wire top;
    top.value(NLMSGERR_ATTR_MISS_TYPE, uint32_t{WQLAB_A_RUN_ID});
    CHECK(decode_refusal(refusal(EINVAL, top).bytes(), request.stream(), command_name(WQLAB_CMD_RUN_STOP).request)
              .attribute == "id");
}

TEST_CASE("a refusal without words says what the number means")
{
    CHECK(decode_refusal(refusal(EINVAL, Wire()).bytes(), {}, kNames).text() == "Invalid argument");
    const Error unprivileged = decode_refusal(refusal(EPERM, Wire()).bytes(), {}, kNames).to_error("run-start");
    CHECK(unprivileged.exit_code == kUnavailable);
    CHECK(unprivileged.hint == "needs CAP_SYS_ADMIN (run as root)");
    CHECK(decode_refusal(refusal(ENOENT, Wire()).bytes(), {}, kNames).to_error("run-get").message ==
          "the wqlab module has been unloaded, and its runs with it");
    Wire words;
    words.text(NLMSGERR_ATTR_MSG, "there is no run 5");
    CHECK(decode_refusal(refusal(ENOENT, words).bytes(), {}, kNames).to_error("run-get").message ==
          "the kernel refused run-get: there is no run 5");
}

TEST_CASE("a refusal that is cut short is no crash")
{
    Message request = sample_request();
    Wire details;
    details.text(NLMSGERR_ATTR_MSG, "words").value(NLMSGERR_ATTR_OFFS, uint32_t{1});
    const Wire whole = refusal(EINVAL, details, request.stream());
    for (size_t size = 0; size <= whole.size(); size++)
        decode_refusal(whole.bytes().first(size), request.stream(), kNames);
    CHECK(attribute_at(kNames, request.stream(), 3).empty());
    CHECK(attribute_at(kNames, request.stream(), 1'000'000).empty());
}

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
