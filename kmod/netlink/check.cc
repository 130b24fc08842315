// SPDX-License-Identifier: GPL-2.0
// The requests about checks.
#include "../check/runner.hh"
#include "../glue/netlink.h"
#include "../glue/upcalls.h"
#include "../glue/workqueue.h"
#include "attribute.hh"
#include "part.hh"
#include "service.hh"

namespace wqlab {

namespace {

// The dump of the list: a message for each check.
struct CheckList {
    uint32_t group = 0;
    uint32_t check = 0;

    bool finished() const { return group == suite().size(); }
    void advance()
    {
        if (++check == suite()[group].count) {
            group++;
            check = 0;
        }
    }
};

void fill_promise(Filler& message, const char* group, const Promise& promise)
{
    message.text(WQLAB_A_CHECK_ID, promise.id)
        .u32(WQLAB_A_CHECK_ROW, promise.row)
        .text(WQLAB_A_CHECK_PART, promise.part)
        .text(WQLAB_A_CHECK_GROUP, group)
        .text(WQLAB_A_CHECK_TITLE, promise.title)
        .text(WQLAB_A_CHECK_SOURCE, promise.source)
        .u32(WQLAB_A_CHECK_CLASSES, promise.classes);
    if (promise.proof != Fault::kNone)
        message.text(WQLAB_A_CHECK_PROOF, fault_name(promise.proof));
    if (promise.known.reference && !(wqlab_features() & promise.known.until_feature))
        message.text(WQLAB_A_CHECK_KNOWN, promise.known.reference);
}

const Check* check_named(const char* id)
{
    for (const Group& group : suite())
        for (uint32_t i = 0; i < group.count; i++)
            if (same_text(group.checks[i].promise->id, id))
                return &group.checks[i];
    return nullptr;
}

const Attribute* find(genl_info* info, int type)
{
    return reinterpret_cast<const Attribute*>(wqlab_nl_attribute(info, type));
}

int refuse(genl_info* info, int type, Errno error, const char* text)
{
    return wqlab_nl_refuse(info, wqlab_nl_attribute(info, type), static_cast<int>(error), "%s", text);
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
        message.text(type, lines);
        lines = last ? end : end + 1;
    }
}

void fill_state(Filler& message, Runner::State& state)
{
    message.u32(WQLAB_A_CHECK_STATE, state.state).u64(WQLAB_A_CHECK_ELAPSED, state.elapsed, WQLAB_A_CHECK_PAD);
    if (state.state == WQLAB_CHECK_ASKING) {
        message.u32(WQLAB_A_CHECK_STEP, state.step.number)
            .u32(WQLAB_A_CHECK_STEP_KIND, state.step.kind)
            .text(WQLAB_A_CHECK_STEP_PATH, state.step.path)
            .text(WQLAB_A_CHECK_STEP_TEXT, state.step.text);
    }
    if (state.state != WQLAB_CHECK_DONE)
        return;
    message.u32(WQLAB_A_CHECK_STATUS, state.status).text(WQLAB_A_CHECK_REASON, state.reason);
    if (state.quarantined)
        message.bytes(WQLAB_A_CHECK_QUARANTINED, nullptr, 0);
    fill_lines(message, WQLAB_A_CHECK_EVIDENCE, state.evidence);
}

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_check_list_start(genl_info*, void** cursor)
{
    Result<Box<CheckList>> created = Box<CheckList>::create();
    if (!created.ok())
        return code(created.error());
    *cursor = created.take().release();
    return 0;
}

int wqlab_nl_check_list_next(void* cursor, sk_buff* part, netlink_callback* cb)
{
    CheckList& list = *static_cast<CheckList*>(cursor);
    for (; !list.finished(); list.advance()) {
        const Group& group = suite()[list.group];
        if (!add_to_part(part, cb, WQLAB_CMD_CHECK_LIST,
                         [&](Filler& filler) { fill_promise(filler, group.name, *group.checks[list.check].promise); }))
            return 1;
    }
    return 0;
}

void wqlab_nl_check_list_done(void* cursor)
{
    Box<CheckList>::adopt(static_cast<CheckList*>(cursor));
}

int wqlab_nl_check_start(genl_info* info)
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
    const Result<void> started =
        Service::get().runner().start(*check, stand_in, seed ? seed->u64() : 1, wqlab_nl_portid(info));
    if (started.ok())
        return 0;
    switch (started.error()) {
    case Errno::kBusy:
        return wqlab_nl_refuse(info, nullptr, static_cast<int>(Errno::kBusy), "another check is running");
    case Errno::kNoDevice:
        return wqlab_nl_refuse(info, nullptr, static_cast<int>(Errno::kNoDevice), "the module is being removed");
    default:
        return wqlab_nl_refuse(info, nullptr, static_cast<int>(started.error()), "the kernel gave no thread or memory");
    }
}

int wqlab_nl_check_get(genl_info* info)
{
    Result<Box<Runner::State>> created = Box<Runner::State>::create();
    if (!created.ok())
        return code(created.error());
    const Box<Runner::State> state = created.take();
    Service::get().runner().get(*state);
    return reply(info, WQLAB_CMD_CHECK_GET, [&](Filler& filler) { fill_state(filler, *state); });
}

int wqlab_nl_check_answer(genl_info* info)
{
    const Attribute* step = find(info, WQLAB_A_CHECK_STEP);
    const Attribute* error = find(info, WQLAB_A_CHECK_STEP_ERROR);
    const Attribute* text = find(info, WQLAB_A_CHECK_STEP_TEXT);
    if (!step || !error)
        return refuse(info, WQLAB_A_CHECK_STEP, Errno::kInvalid, "the step's number or what came of it is missing");
    if (!Service::get().runner().answer(step->u32(), static_cast<int>(error->u32()), text ? text->text() : ""))
        return refuse(info, WQLAB_A_CHECK_STEP, Errno::kNoEntry, "nobody waits for this step");
    return 0;
}

int wqlab_nl_check_stop(genl_info*)
{
    Service::get().runner().stop();
    return 0;
}
