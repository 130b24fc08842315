// SPDX-License-Identifier: GPL-2.0
// The requests about checks.
#include "../check/harness/runner.hh"
#include "../glue/netlink/message.h"
#include "../glue/netlink/upcalls.h"
#include "../glue/workqueue.h"
#include "dump.hh"
#include "service.hh"

namespace wqlab {

namespace {

void fill_promise(Filler& message, const char* group, const Promise& promise)
{
    message.string(WQLAB_A_CHECK_ID, promise.id)
        .u32(WQLAB_A_CHECK_ROW, promise.row)
        .string(WQLAB_A_CHECK_PART, promise.part)
        .string(WQLAB_A_CHECK_GROUP, group)
        .string(WQLAB_A_CHECK_TITLE, promise.title)
        .string(WQLAB_A_CHECK_SOURCE, promise.source)
        .u32(WQLAB_A_CHECK_CLASSES, promise.classes);
    if (promise.proof != Fault::kNone)
        message.string(WQLAB_A_CHECK_PROOF, fault_name(promise.proof));
    if (promise.known.applies(wqlab_features(), wqlab_lacks(), wqlab_since_7_1()))
        message.string(WQLAB_A_CHECK_KNOWN, promise.known.reference);
}

const Check* check_named(const char* id)
{
    for (const Group* group : suite())
        for (uint32_t i = 0; i < group->count; i++)
            if (same_text(group->checks[i].promise->id, id))
                return &group->checks[i];
    return nullptr;
}

// Each line a string of its own.
void fill_lines(Filler& message, int type, char* lines)
{
    while (*lines) {
        char* end = lines;
        while (*end && *end != '\n')
            end++;
        const bool last = !*end;
        *end = '\0';
        message.string(type, lines);
        lines = last ? end : end + 1;
    }
}

void fill_state(Filler& message, Runner::State& state)
{
    message.u32(WQLAB_A_CHECK_STATE, state.state).u64(WQLAB_A_CHECK_ELAPSED, state.elapsed);
    if (state.state == WQLAB_CHECK_ASKING) {
        message.u32(WQLAB_A_CHECK_STEP, state.step.number)
            .u32(WQLAB_A_CHECK_STEP_KIND, state.step.kind)
            .string(WQLAB_A_CHECK_STEP_PATH, state.step.path)
            .string(WQLAB_A_CHECK_STEP_TEXT, state.step.text);
    }
    // Before the end, too, if there is a verdict: what comes after it may hang.
    if (state.state != WQLAB_CHECK_DONE && !state.reason[0])
        return;
    message.u32(WQLAB_A_CHECK_STATUS, state.status).string(WQLAB_A_CHECK_REASON, state.reason);
    if (state.quarantined)
        message.flag(WQLAB_A_CHECK_QUARANTINED);
    fill_lines(message, WQLAB_A_CHECK_EVIDENCE, state.evidence);
}

// A message for each check.
class CheckList {
public:
    static constexpr uint8_t kCommand = WQLAB_CMD_CHECK_LIST;
    static constexpr int kPad = WQLAB_A_CHECK_PAD;

    int take(genl_info*) { return 0; }
    bool finished() const { return group_ == suite().size(); }
    void fill(Filler& message) const
    {
        const Group& group = *suite()[group_];
        fill_promise(message, group.name, *group.checks[check_].promise);
    }
    void advance()
    {
        if (++check_ == suite()[group_]->count) {
            group_++;
            check_ = 0;
        }
    }

private:
    uint32_t group_ = 0;
    uint32_t check_ = 0;
};

}  // namespace
}  // namespace wqlab

using namespace wqlab;

WQLAB_DUMP(check_list, CheckList)

int wqlab_nl_check_start_doit(sk_buff*, genl_info* info)
{
    const Attribute* id = find(info, WQLAB_A_CHECK_ID);
    if (!id)
        return refuse(info, WQLAB_A_CHECK_ID, Errno::kInvalid, "which check? its id is missing");
    const Check* check = check_named(id->text());
    if (!check)
        return refuse(info, WQLAB_A_CHECK_ID, Errno::kNoEntry, "there is no such check");
    const Attribute* fault = find(info, WQLAB_A_CHECK_FAULT);
    const Fault stand_in = fault ? fault_named(fault->text()) : Fault::kNone;
    if (stand_in == Fault::kCount)
        return refuse(info, WQLAB_A_CHECK_FAULT, Errno::kNoEntry, "there is no such fault");
    const Attribute* seed = find(info, WQLAB_A_CHECK_SEED);
    const Result<void> started = Service::get().runner().start(*check, stand_in, seed ? seed->u64() : 1,
                                                               wqlab_nl_portid(info));
    if (started.ok())
        return 0;
    if (started.error() == Errno::kBusy)
        return refuse(info, kNoAttribute, Errno::kBusy, "another check is running");
    return refuse(info, started.error());
}

int wqlab_nl_check_get_doit(sk_buff*, genl_info* info)
{
    Result<Box<Runner::State>> created = Box<Runner::State>::create();
    if (!created.ok())
        return refuse(info, created.error());
    const Box<Runner::State> state = created.take();
    Service::get().runner().get(*state);
    return reply(info, WQLAB_CMD_CHECK_GET, WQLAB_A_CHECK_PAD, [&](Filler& filler) { fill_state(filler, *state); });
}

int wqlab_nl_check_answer_doit(sk_buff*, genl_info* info)
{
    const Attribute* step = find(info, WQLAB_A_CHECK_STEP);
    const Attribute* error = find(info, WQLAB_A_CHECK_STEP_ERROR);
    const Attribute* text = find(info, WQLAB_A_CHECK_STEP_TEXT);
    if (!step || !error)
        return refuse(info, WQLAB_A_CHECK_STEP, Errno::kInvalid, "the step's number or what came of it is missing");
    if (!Service::get().runner().answer(wqlab_nl_portid(info), step->u32(), static_cast<int>(error->u32()),
                                        text ? text->text() : ""))
        return refuse(info, WQLAB_A_CHECK_STEP, Errno::kNoEntry, "no check of this socket waits for this step");
    return 0;
}

int wqlab_nl_check_stop_doit(sk_buff*, genl_info* info)
{
    if (!Service::get().runner().stop(wqlab_nl_portid(info)).ok())
        return refuse(info, kNoAttribute, Errno::kNoEntry, "this socket has started no check");
    return 0;
}
