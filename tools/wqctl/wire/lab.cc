// SPDX-License-Identifier: GPL-2.0
#include "wire/lab.hh"

#include <fmt/format.h>

#include "report/decode.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

std::string command_name(uint8_t command)
{
    switch (command) {
    case WQLAB_CMD_INFO: return "info";
    case WQLAB_CMD_RUN_START: return "run-start";
    case WQLAB_CMD_RUN_RELEASE: return "run-release";
    case WQLAB_CMD_RUN_STOP: return "run-stop";
    case WQLAB_CMD_RUN_FORGET: return "run-forget";
    case WQLAB_CMD_RUN_GET: return "run-get";
    case WQLAB_CMD_SNAPSHOT: return "snapshot";
    case WQLAB_CMD_LATENCY_START: return "latency-start";
    case WQLAB_CMD_LATENCY_STOP: return "latency-stop";
    case WQLAB_CMD_LATENCY_GET: return "latency-get";
    case WQLAB_CMD_CHECK_LIST: return "check-list";
    case WQLAB_CMD_CHECK_START: return "check-start";
    case WQLAB_CMD_CHECK_GET: return "check-get";
    case WQLAB_CMD_CHECK_ANSWER: return "check-answer";
    case WQLAB_CMD_CHECK_STOP: return "check-stop";
    }
    return fmt::format("command {}", command);
}

}  // namespace

Lab::Lab()
{
    const auto family = socket_.resolve(WQLAB_FAMILY_NAME, WQLAB_MCGRP_EVENTS);
    if (!family)
        throw Error(kUnavailable, "the wqlab module is not loaded", "insmod wqlab.ko, or modprobe wqlab");
    if (family->version != WQLAB_FAMILY_VERSION)
        throw Error(kUnavailable,
                    fmt::format("the wqlab module speaks version {} of its family, and this wqctl version {}",
                                family->version, WQLAB_FAMILY_VERSION),
                    "load the module and use the wqctl of the same build");
    family_ = *family;
}

void Lab::request(uint8_t command, Message& message, const GenlSocket::Handler& handler, bool dump)
{
    socket_.request(family_.id, command, WQLAB_FAMILY_VERSION, command_name(command), message, handler, dump);
}

Info Lab::info()
{
    Message message;
    Info info;
    request(WQLAB_CMD_INFO, message, [&](uint8_t, const Attributes& attributes) { info = decode_info(attributes); });
    return info;
}

RunState Lab::start(Message& message)
{
    RunState state;
    request(WQLAB_CMD_RUN_START, message,
            [&](uint8_t, const Attributes& attributes) { state = decode_state(attributes); });
    return state;
}

void Lab::on_run(uint32_t id, uint8_t command)
{
    Message message;
    message.put_u32(WQLAB_A_RUN_ID, id);
    request(command, message, [](uint8_t, const Attributes&) {});
}

RunState Lab::state(uint32_t id)
{
    Message message;
    message.put_u32(WQLAB_A_RUN_ID, id);
    RunState state;
    request(WQLAB_CMD_RUN_GET, message,
            [&](uint8_t, const Attributes& attributes) { state = decode_state(attributes); });
    return state;
}

std::vector<RunState> Lab::states()
{
    Message message;
    std::vector<RunState> states;
    request(
        WQLAB_CMD_RUN_GET, message,
        [&](uint8_t, const Attributes& attributes) { states.push_back(decode_state(attributes)); }, true);
    return states;
}

RunReport Lab::report(uint32_t id)
{
    Message message;
    message.put_u32(WQLAB_A_RUN_ID, id);
    RunReport report;
    request(
        WQLAB_CMD_RUN_GET, message,
        [&](uint8_t, const Attributes& attributes) { decode_part(attributes, report); }, true);
    return report;
}

Snapshot Lab::snapshot(uint32_t sections)
{
    Message message;
    message.put_u32(WQLAB_A_SNAPSHOT_SECTIONS, sections);
    Snapshot snapshot;
    request(
        WQLAB_CMD_SNAPSHOT, message, [&](uint8_t, const Attributes& attributes) { decode_part(attributes, snapshot); },
        true);
    return snapshot;
}

std::vector<Promise> Lab::checks()
{
    Message message;
    std::vector<Promise> promises;
    request(
        WQLAB_CMD_CHECK_LIST, message,
        [&](uint8_t, const Attributes& attributes) { promises.push_back(decode_promise(attributes)); }, true);
    return promises;
}

void Lab::start_check(const std::string& id, const std::string& fault, uint64_t seed)
{
    Message message;
    message.put_string(WQLAB_A_CHECK_ID, id);
    if (!fault.empty())
        message.put_string(WQLAB_A_CHECK_FAULT, fault);
    message.put_u64(WQLAB_A_CHECK_SEED, seed);
    request(WQLAB_CMD_CHECK_START, message, [](uint8_t, const Attributes&) {});
}

CheckState Lab::check()
{
    Message message;
    CheckState state;
    request(WQLAB_CMD_CHECK_GET, message, [&](uint8_t, const Attributes& attributes) { state = decode_check_state(attributes); });
    return state;
}

void Lab::answer_check(uint32_t step, int error, const std::string& text)
{
    Message message;
    message.put_u32(WQLAB_A_CHECK_STEP, step);
    message.put_u32(WQLAB_A_CHECK_STEP_ERROR, static_cast<uint32_t>(error));
    message.put_string(WQLAB_A_CHECK_STEP_TEXT, text.substr(0, WQLAB_STEP_TEXT_LEN - 1));
    request(WQLAB_CMD_CHECK_ANSWER, message, [](uint8_t, const Attributes&) {});
}

void Lab::stop_check()
{
    Message message;
    request(WQLAB_CMD_CHECK_STOP, message, [](uint8_t, const Attributes&) {});
}

void Lab::start_latency()
{
    Message message;
    request(WQLAB_CMD_LATENCY_START, message, [](uint8_t, const Attributes&) {});
}

void Lab::stop_latency()
{
    Message message;
    request(WQLAB_CMD_LATENCY_STOP, message, [](uint8_t, const Attributes&) {});
}

LatencyRecording Lab::latency()
{
    Message message;
    LatencyRecording recording;
    request(
        WQLAB_CMD_LATENCY_GET, message,
        [&](uint8_t, const Attributes& attributes) { decode_part(attributes, recording); }, true);
    return recording;
}

Events::Events(const Lab& lab)
{
    if (lab.family().group)
        socket_.join(lab.family().group);
}

void Events::take(const std::function<void(const RunState&)>& handler)
{
    socket_.drain([&](uint8_t command, const Attributes& attributes) {
        if (command == WQLAB_CMD_RUN_PROGRESS || command == WQLAB_CMD_RUN_END)
            handler(decode_state(attributes));
    });
}

}  // namespace wqctl
