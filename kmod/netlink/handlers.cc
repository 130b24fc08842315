// SPDX-License-Identifier: GPL-2.0
// The requests: parse, call, fill.
#include "../glue/netlink.h"
#include "../glue/upcalls.h"
#include "../load/registry.hh"
#include "../load/validate.hh"
#include "fill.hh"
#include "parse.hh"
#include "part.hh"
#include "service.hh"

namespace wqlab {

namespace {

int required_id(genl_info* info, uint32_t& id)
{
    const nlattr* attribute = wqlab_nl_attribute(info, WQLAB_A_RUN_ID);
    if (!attribute)
        return wqlab_nl_refuse(info, nullptr, static_cast<int>(Errno::kInvalid), "which run? its id is missing");
    id = reinterpret_cast<const Attribute*>(attribute)->u32();
    return 0;
}

int no_such_run(genl_info* info, uint32_t id)
{
    return wqlab_nl_refuse(info, wqlab_nl_attribute(info, WQLAB_A_RUN_ID), static_cast<int>(Errno::kNoEntry),
                           "there is no run %u", id);
}

// Calls act(run) for the run that the request names.
template <typename Act>
int with_run(genl_info* info, Act act)
{
    uint32_t id;
    if (const int error = required_id(info, id))
        return error;
    const Result<void> done = Service::get().registry().with(id, act);
    if (done.ok())
        return 0;
    return done.error() == Errno::kNoEntry ? no_such_run(info, id) : code(done.error());
}

int reply_summary(genl_info* info, uint8_t command, const RunSummary& summary)
{
    return reply(info, command, [&](Filler& filler) { fill_summary(filler, summary); });
}

// What a dump still has to say.
struct Dump {
    Array<RunSummary> summaries;  // of all runs; or
    RunSnapshot snapshot;         // one in full
    SnapshotMessages messages{snapshot};
    bool detailed = false;
    uint32_t next = 0;
};

Result<void> take_summaries(Array<RunSummary>& summaries)
{
    Array<RunSummary> all = TRY(Array<RunSummary>::create(WQLAB_MAX_RUNS));
    uint32_t n = 0;
    Service::get().registry().for_each([&](const Run& run) { all[n++] = RunSummary(run); });
    summaries = TRY(Array<RunSummary>::create(n));
    for (uint32_t i = 0; i < n; i++)
        summaries[i] = all[i];
    return {};
}

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_info(genl_info* info)
{
    return reply(info, WQLAB_CMD_INFO, [](Filler& filler) { fill_info(filler); });
}

int wqlab_nl_run_start(genl_info* info)
{
    size_t size;
    const void* bytes = wqlab_nl_stream(info, &size);
    Result<RunSpec> parsed = parse_run(AttributeStream(bytes, size));
    if (!parsed.ok())
        return code(parsed.error());
    RunSpec spec = parsed.take();

    Refusal refusal;
    if (refuse(spec, refusal))
        return wqlab_nl_refuse(info, refusal.origin, static_cast<int>(refusal.error), refusal.format,
                               refusal.values[0], refusal.values[1]);

    Registry& registry = Service::get().registry();
    Result<uint32_t> started = registry.start(std::move(spec), wqlab_nl_portid(info));
    if (!started.ok()) {
        const int error = static_cast<int>(started.error());
        switch (started.error()) {
        case Errno::kBusy:
            return wqlab_nl_refuse(info, nullptr, error, "%u runs are the limit; stop one or wait", WQLAB_MAX_RUNS);
        case Errno::kNoDevice:
            return wqlab_nl_refuse(info, nullptr, error, "the module is being removed");
        default:
            return wqlab_nl_refuse(info, nullptr, error, "the kernel gave no workqueue, thread or memory");
        }
    }
    RunSummary summary;
    const Result<void> found = registry.with(started.take(), [&](const Run& run) -> Result<void> {
        summary = RunSummary(run);
        return {};
    });
    return found.ok() ? reply_summary(info, WQLAB_CMD_RUN_START, summary) : code(found.error());
}

int wqlab_nl_run_release(genl_info* info)
{
    return with_run(info, [](Run& run) -> Result<void> {
        run.begin();
        return {};
    });
}

int wqlab_nl_run_stop(genl_info* info)
{
    return with_run(info, [](Run& run) -> Result<void> {
        run.end(WQLAB_END_STOP);
        return {};
    });
}

int wqlab_nl_run_forget(genl_info* info)
{
    uint32_t id;
    if (const int error = required_id(info, id))
        return error;
    const Result<void> done = Service::get().registry().forget(id);
    if (done.ok())
        return 0;
    if (done.error() == Errno::kNoEntry)
        return no_such_run(info, id);
    return wqlab_nl_refuse(info, wqlab_nl_attribute(info, WQLAB_A_RUN_ID), static_cast<int>(done.error()),
                           "run %u has not ended; stop it first", id);
}

int wqlab_nl_run_get(genl_info* info)
{
    RunSummary summary;
    const int error = with_run(info, [&](const Run& run) -> Result<void> {
        summary = RunSummary(run);
        return {};
    });
    return error ? error : reply_summary(info, WQLAB_CMD_RUN_GET, summary);
}

int wqlab_nl_dump_start(genl_info* info, void** cursor)
{
    Result<Box<Dump>> created = Box<Dump>::create();
    if (!created.ok())
        return code(created.error());
    Box<Dump> dump = created.take();
    dump->detailed = wqlab_nl_attribute(info, WQLAB_A_RUN_ID) != nullptr;
    if (dump->detailed) {
        if (const int error = with_run(info, [&](const Run& run) { return dump->snapshot.take(run); }))
            return error;
    } else if (const Result<void> taken = take_summaries(dump->summaries); !taken.ok()) {
        return code(taken.error());
    }
    *cursor = dump.release();
    return 0;
}

// 1: the part is full and there is more; 0: all is said.
int wqlab_nl_dump_next(void* cursor, sk_buff* part, netlink_callback* cb)
{
    Dump& dump = *static_cast<Dump*>(cursor);
    if (dump.detailed) {
        for (; !dump.messages.finished(); dump.messages.advance())
            if (!add_to_part(part, cb, WQLAB_CMD_RUN_GET, [&](Filler& filler) { dump.messages.fill(filler); }))
                return 1;
        return 0;
    }
    for (; dump.next < dump.summaries.size(); dump.next++)
        if (!add_to_part(part, cb, WQLAB_CMD_RUN_GET, [&](Filler& filler) { fill_summary(filler, dump.summaries[dump.next]); }))
            return 1;
    return 0;
}

void wqlab_nl_dump_done(void* cursor)
{
    Box<Dump>::adopt(static_cast<Dump*>(cursor));
}

void wqlab_nl_socket_closed(uint32_t portid)
{
    Service::get().registry().owner_gone(portid);
    Service::get().runner().owner_gone(portid);
    Service::get().recordings().owner_gone(portid);
}
