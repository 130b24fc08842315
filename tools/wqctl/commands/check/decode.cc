// SPDX-License-Identifier: GPL-2.0
#include "report/decode.hh"

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
    state.path = a.string(WQLAB_A_CHECK_STEP_PATH);
    state.text = a.string(WQLAB_A_CHECK_STEP_TEXT);
    return state;
}

}  // namespace wqctl
