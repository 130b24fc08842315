// SPDX-License-Identifier: GPL-2.0
// The requests about runs: parse, call, fill.
#include "../glue/netlink/message.h"
#include "../glue/netlink/upcalls.h"
#include "../glue/upcalls.h"
#include "../load/registry.hh"
#include "../load/validate.hh"
#include "dump.hh"
#include "parse.hh"
#include "run_report.hh"
#include "service.hh"

namespace wqlab {

namespace {

int required_id(genl_info* info, uint32_t& id)
{
    const Attribute* attribute = find(info, WQLAB_A_RUN_ID);
    if (!attribute)
        return refuse(info, kNoAttribute, Errno::kInvalid, "which run? its id is missing");
    id = attribute->u32();
    return 0;
}

int no_such_run(genl_info* info, uint32_t id)
{
    return refuse(info, WQLAB_A_RUN_ID, Errno::kNoEntry, "there is no run %u", id);
}

int refuse(genl_info* info, const Refusal& refusal)
{
    return wqlab_nl_refuse(info, refusal.origin, static_cast<int>(refusal.error), refusal.format, refusal.values[0],
                           refusal.values[1]);
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
    return done.error() == Errno::kNoEntry ? no_such_run(info, id) : refuse(info, done.error());
}

int reply_summary(genl_info* info, uint8_t command, const RunSummary& summary)
{
    return reply(info, command, WQLAB_A_RUN_PAD, [&](Filler& filler) { fill_summary(filler, summary); });
}

// All runs in short; or one, if the request names it, in full.
class RunGet {
public:
    static constexpr uint8_t kCommand = WQLAB_CMD_RUN_GET;
    static constexpr int kPad = WQLAB_A_RUN_PAD;

    int take(genl_info* info)
    {
        in_full_ = find(info, WQLAB_A_RUN_ID) != nullptr;
        if (in_full_)
            return with_run(info, [&](const Run& run) { return snapshot_.take(run); });
        const Result<void> taken = take_summaries();
        return taken.ok() ? 0 : refuse(info, taken.error());
    }
    bool finished() const { return in_full_ ? report_.finished() : next_ == summaries_.size(); }
    void fill(Filler& message)
    {
        if (in_full_)
            report_.fill(message);
        else
            fill_summary(message, summaries_[next_]);
    }
    void advance()
    {
        if (in_full_)
            report_.advance();
        else
            next_++;
    }

private:
    Result<void> take_summaries()
    {
        Array<RunSummary> all = TRY(Array<RunSummary>::create(WQLAB_LIMIT_RUNS));
        uint32_t n = 0;
        Service::get().registry().for_each([&](const Run& run) { all[n++] = RunSummary(run); });
        summaries_ = TRY(Array<RunSummary>::create(n));
        for (uint32_t i = 0; i < n; i++)
            summaries_[i] = all[i];
        return {};
    }

    bool in_full_ = false;
    Array<RunSummary> summaries_;
    uint32_t next_ = 0;
    RunSnapshot snapshot_;
    RunReportMessages report_{snapshot_};
};

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_run_start_doit(sk_buff*, genl_info* info)
{
    size_t size;
    const void* bytes = wqlab_nl_stream(info, &size);
    Refusal refusal;
    Result<RunSpec> parsed = parse_run(AttributeStream(bytes, size), refusal);
    if (!parsed.ok())
        return refusal.format ? refuse(info, refusal) : refuse(info, parsed.error());
    RunSpec spec = parsed.take();
    if (refuse(spec, refusal))
        return refuse(info, refusal);

    Registry& registry = Service::get().registry();
    Result<uint32_t> started = registry.start(std::move(spec), wqlab_nl_portid(info));
    if (!started.ok() && started.error() == Errno::kBusy)
        return refuse(info, kNoAttribute, Errno::kBusy, "%u runs are the limit; stop one or wait", WQLAB_LIMIT_RUNS);
    if (!started.ok())
        return refuse(info, started.error());
    RunSummary summary;
    const uint32_t id = started.take();
    const Result<void> found = registry.with(id, [&](const Run& run) -> Result<void> {
        summary = RunSummary(run);
        return {};
    });
    // Somebody may have stopped it and forgotten it already.
    return found.ok() ? reply_summary(info, WQLAB_CMD_RUN_START, summary) : no_such_run(info, id);
}

int wqlab_nl_run_release_doit(sk_buff*, genl_info* info)
{
    return with_run(info, [](Run& run) -> Result<void> {
        run.begin();
        return {};
    });
}

int wqlab_nl_run_stop_doit(sk_buff*, genl_info* info)
{
    return with_run(info, [](Run& run) -> Result<void> {
        run.end(WQLAB_END_STOP);
        return {};
    });
}

int wqlab_nl_run_forget_doit(sk_buff*, genl_info* info)
{
    uint32_t id;
    if (const int error = required_id(info, id))
        return error;
    const Result<void> done = Service::get().registry().forget(id);
    if (done.ok())
        return 0;
    if (done.error() == Errno::kNoEntry)
        return no_such_run(info, id);
    return refuse(info, WQLAB_A_RUN_ID, done.error(), "run %u has not ended; stop it first", id);
}

int wqlab_nl_run_get_doit(sk_buff*, genl_info* info)
{
    RunSummary summary;
    const int error = with_run(info, [&](const Run& run) -> Result<void> {
        summary = RunSummary(run);
        return {};
    });
    return error ? error : reply_summary(info, WQLAB_CMD_RUN_GET, summary);
}

WQLAB_DUMP(run_get, RunGet)

void wqlab_nl_socket_closed(uint32_t portid)
{
    Service::get().registry().owner_gone(portid);
    Service::get().runner().owner_gone(portid);
    Service::get().recordings().owner_gone(portid);
    Service::get().traces().owner_gone(portid);
}
