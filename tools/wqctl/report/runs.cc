// SPDX-License-Identifier: GPL-2.0
#include "report/runs.hh"

#include "report/decode.hh"
#include "text/error.hh"
#include "text/units.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

Message about(uint32_t id)
{
    Message message;
    message.put_u32(WQLAB_A_RUN_ID, id);
    return message;
}

}  // namespace

RunState Runs::start(Message& request)
{
    RunState state;
    lab_.ask(WQLAB_CMD_RUN_START, request,
             [&](uint8_t, const Attributes& attributes) { state = decode_state(attributes); });
    return state;
}

void Runs::release(uint32_t id)
{
    Message message = about(id);
    lab_.tell(WQLAB_CMD_RUN_RELEASE, message);
}

void Runs::stop(uint32_t id)
{
    Message message = about(id);
    lab_.tell(WQLAB_CMD_RUN_STOP, message);
}

void Runs::forget(uint32_t id)
{
    Message message = about(id);
    lab_.tell(WQLAB_CMD_RUN_FORGET, message);
}

RunState Runs::state(uint32_t id)
{
    Message message = about(id);
    RunState state;
    lab_.ask(WQLAB_CMD_RUN_GET, message,
             [&](uint8_t, const Attributes& attributes) { state = decode_state(attributes); });
    return state;
}

std::vector<RunState> Runs::states()
{
    Message message;
    std::vector<RunState> states;
    lab_.dump(WQLAB_CMD_RUN_GET, message,
              [&](uint8_t, const Attributes& attributes) { states.push_back(decode_state(attributes)); });
    return states;
}

RunReport Runs::report(uint32_t id)
{
    Message message = about(id);
    RunReport report;
    lab_.dump(WQLAB_CMD_RUN_GET, message,
              [&](uint8_t, const Attributes& attributes) { decode_part(attributes, report); });
    return report;
}

void Runs::take(Events& events, const std::function<void(const RunState&)>& handler)
{
    events.take([&](uint8_t command, const Attributes& attributes) {
        if (command == WQLAB_CMD_RUN_PROGRESS || command == WQLAB_CMD_RUN_END)
            handler(decode_state(attributes));
    });
}

uint32_t parse_run_id(const std::string& text)
{
    try {
        return parse_count32(text);
    } catch (const Error&) {
        throw Error::usage("\"" + text + "\" is not a run; give a number that wqctl list shows");
    }
}

}  // namespace wqctl
