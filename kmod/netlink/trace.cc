// SPDX-License-Identifier: GPL-2.0
#include "../trace/trace.hh"

#include "../glue/netlink/upcalls.h"
#include "../glue/netlink/message.h"
#include "request.hh"
#include "service.hh"

namespace wqlab {

namespace {

TraceRequest parse_trace(genl_info* info)
{
    TraceRequest request;
    if (const Attribute* attribute = find(info, WQLAB_A_TRACE_MEMORY))
        request.memory = attribute->u64();
    if (const Attribute* attribute = find(info, WQLAB_A_TRACE_SIZE))
        request.size = attribute->u64();
    if (const Attribute* attribute = find(info, WQLAB_A_TRACE_EVENTS))
        request.kinds = attribute->u64();
    request.overwrite = find(info, WQLAB_A_TRACE_OVERWRITE);
    return request;
}

int refuse_trace(genl_info* info, Errno error)
{
    switch (error) {
    case Errno::kBusy:
        return refuse(info, kNoAttribute, error,
                      "somebody traces already, or is still there; there is one trace at a time");
    case Errno::kInvalid:
        return refuse(info, WQLAB_A_TRACE_SIZE, error,
                      "not whole pages, of no file, for %u events of each CPU at least", EventRing::kLeast);
    case Errno::kNoEntry: return refuse(info, kNoAttribute, error, "there is no trace; start one first");
    default: return refuse(info, error);
    }
}

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_trace_start_doit(sk_buff*, genl_info* info)
{
    Service& service = Service::get();
    const uint32_t owner = wqlab_nl_portid(info);
    const TraceRequest request = parse_trace(info);
    // 0, and what is behind the last, are no kinds.
    if (request.kinds & 1 || request.kinds >> WQLAB_TRACE_KIND_LOST)
        return refuse(info, WQLAB_A_TRACE_EVENTS, Errno::kInvalid, "a bit that stands for no kind of event");
    Result<Shared<Trace>> started = service.traces().start(owner, service.kernel(), request);
    if (!started.ok())
        return refuse_trace(info, started.error());
    const Shared<Trace> trace = started.take();
    return reply(info, WQLAB_CMD_TRACE_START, WQLAB_A_TRACE_PAD, [&](Filler& message) {
        message.bytes(WQLAB_A_TRACE_LAYOUT, &trace->layout(), sizeof(trace->layout()));
        for (const char* words : trace->missing())
            message.string(WQLAB_A_TRACE_MISSING, words);
    });
}

int wqlab_nl_trace_stop_doit(sk_buff*, genl_info* info)
{
    Result<Shared<Trace>> found = Service::get().traces().of(wqlab_nl_portid(info));
    if (!found.ok())
        return refuse_trace(info, found.error());
    const Shared<Trace> trace = found.take();
    trace->stop();
    return reply(info, WQLAB_CMD_TRACE_STOP, WQLAB_A_TRACE_PAD, [&](Filler& message) {
        for (const Trace::PassedOver& one : trace->passed_over())
            message.nest(WQLAB_A_TRACE_PASSED_OVER, WQLAB_A_TRACE_PASSED_OVER_PAD, [&](Filler& nest) {
                nest.string(WQLAB_A_TRACE_PASSED_OVER_WHAT, one.what).u64(WQLAB_A_TRACE_PASSED_OVER_CALLS, one.calls);
            });
    });
}
