// SPDX-License-Identifier: GPL-2.0
#include "commands/check/requests.hh"

#include "uapi/wqlab.h"
#include "wire/lab.hh"

namespace wqctl {

namespace {

std::vector<std::string> strings(const Attributes& a, unsigned type)
{
    std::vector<std::string> list;
    for (const Attribute& attribute : a.all())
        if (attribute.type == type)
            list.push_back(Attributes::to_string(attribute.payload));
    return list;
}

}  // namespace

Promise decode_promise(const Attributes& a)
{
    Promise promise;
    promise.id = a.string(WQLAB_A_CHECK_ID);
    promise.row = a.u32(WQLAB_A_CHECK_ROW);
    promise.part = a.string(WQLAB_A_CHECK_PART);
    promise.group = a.string(WQLAB_A_CHECK_GROUP);
    promise.title = a.string(WQLAB_A_CHECK_TITLE);
    promise.source = a.string(WQLAB_A_CHECK_SOURCE);
    promise.classes = a.u32(WQLAB_A_CHECK_CLASSES);
    promise.proofs = strings(a, WQLAB_A_CHECK_PROOF);
    promise.known = a.string(WQLAB_A_CHECK_KNOWN);
    return promise;
}

CheckState decode_check_state(const Attributes& a)
{
    CheckState state;
    state.state = a.u32(WQLAB_A_CHECK_STATE);
    state.status = a.u32(WQLAB_A_CHECK_STATUS);
    state.reason = a.string(WQLAB_A_CHECK_REASON);
    state.evidence = strings(a, WQLAB_A_CHECK_EVIDENCE);
    state.elapsed_ns = a.u64(WQLAB_A_CHECK_ELAPSED);
    state.quarantined = a.flag(WQLAB_A_CHECK_QUARANTINED);
    state.step = a.u32(WQLAB_A_CHECK_STEP);
    state.step_kind = a.u32(WQLAB_A_CHECK_STEP_KIND);
    state.path = a.exact_string(WQLAB_A_CHECK_STEP_PATH);
    state.text = a.exact_string(WQLAB_A_CHECK_STEP_TEXT);
    return state;
}

std::vector<Promise> fetch_promises(Lab& lab)
{
    Message message;
    std::vector<Promise> promises;
    lab.dump(WQLAB_CMD_CHECK_LIST, message,
             [&](uint8_t, const Attributes& attributes) { promises.push_back(decode_promise(attributes)); });
    return promises;
}

void start_check(Lab& lab, const std::string& id, const std::string& fault, uint64_t seed)
{
    Message message;
    message.put_string(WQLAB_A_CHECK_ID, id);
    if (!fault.empty())
        message.put_string(WQLAB_A_CHECK_FAULT, fault);
    message.put_u64(WQLAB_A_CHECK_SEED, seed);
    lab.tell(WQLAB_CMD_CHECK_START, message);
}

CheckState fetch_check(Lab& lab)
{
    Message message;
    CheckState state;
    lab.ask(WQLAB_CMD_CHECK_GET, message,
            [&](uint8_t, const Attributes& attributes) { state = decode_check_state(attributes); });
    return state;
}

void answer_check(Lab& lab, uint32_t step, int error, const std::string& text)
{
    Message message;
    message.put_u32(WQLAB_A_CHECK_STEP, step);
    message.put_u32(WQLAB_A_CHECK_STEP_ERROR, static_cast<uint32_t>(error));
    message.put_string(WQLAB_A_CHECK_STEP_TEXT, text.substr(0, WQLAB_STEP_TEXT_LEN - 1));
    lab.tell(WQLAB_CMD_CHECK_ANSWER, message);
}

void stop_check(Lab& lab) { lab.tell(WQLAB_CMD_CHECK_STOP); }

}  // namespace wqctl
