// SPDX-License-Identifier: GPL-2.0
// The request info: what module and kernel are, and can.
#include "../core/histogram.hh"
#include "../core/lacks.hh"
#include "../glue/cpu.h"
#include "../glue/netlink/upcalls.h"
#include "../glue/trace.h"
#include "../glue/workqueue.h"
#include "../uapi/wqlab_lists.h"
#include "request.hh"
#include "service.hh"

namespace wqlab {

namespace {

void fill_view(Filler& message, const Kernel& kernel, uint32_t view)
{
    constexpr uint32_t kMost = 8;  // of many more, these are enough to say
    message.u32(WQLAB_A_VIEW_SECTION, view & WQLAB_SECTIONS_ALL);
    uint32_t said = 0;
    kernel.for_each_lack(view, [&](const char* what) {
        if (said++ < kMost)
            message.string(WQLAB_A_VIEW_LACKS, what);
    });
    said = 0;
    kernel.for_each_missing_column(view, [&](const char* what) {
        if (said++ < kMost)
            message.string(WQLAB_A_VIEW_MISSING_COLUMN, what);
    });
    if (view != view::kLatency)
        return;
    for (unsigned i = 0; const char* tracepoint = wqlab_trace_lacks(i); i++)
        message.string(WQLAB_A_VIEW_LACKS, tracepoint);
}

void fill_limit(Filler& message, const char* name, uint64_t value)
{
    message.nest(WQLAB_A_INFO_LIMIT, 0,
                 [&](Filler& nest) { nest.string(WQLAB_A_LIMIT_NAME, name).u64(WQLAB_A_LIMIT_VALUE, value); });
}

void fill_info(Filler& message)
{
    message.string(WQLAB_A_INFO_MODULE_VERSION, WQLAB_VERSION)
        .string(WQLAB_A_INFO_RELEASE, wqlab_release())
        .u32(WQLAB_A_INFO_FEATURES, wqlab_features())
        .u32(WQLAB_A_INFO_WQ_FLAGS, wqlab_wq_flags_known())
        .u32(WQLAB_A_INFO_SUB_BITS, HistogramGeometry::kSubBits);
    if (const uint32_t lacks = wqlab_lacks() | (Service::get().kernel().lacks() & kLacksOfNoHeader))
        message.u32(WQLAB_A_INFO_LACKS, lacks);
    for (unsigned i = 0; const char* name = wqlab_wq_system_name(i); i++)
        message.string(WQLAB_A_INFO_SYSTEM_WQ, name);
    for (uint32_t view = 1; view & view::kAll; view <<= 1)
        message.nest(WQLAB_A_INFO_VIEW, 0, [&](Filler& nest) { fill_view(nest, Service::get().kernel(), view); });
#define WQLAB_FILL_LIMIT(name, value) fill_limit(message, #name, value);
    WQLAB_LIMITS(WQLAB_FILL_LIMIT)
#undef WQLAB_FILL_LIMIT
}

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_info_doit(sk_buff*, genl_info* info) { return reply(info, WQLAB_CMD_INFO, 0, fill_info); }
