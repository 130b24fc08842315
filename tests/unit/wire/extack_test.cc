// SPDX-License-Identifier: GPL-2.0
#include <cerrno>

#include <catch2/catch.hpp>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "wire/attribute_path.hh"
#include "scenario/encode.hh"
#include "wire/extack.hh"
#include "wire_maker.hh"
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
