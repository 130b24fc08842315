// SPDX-License-Identifier: GPL-2.0
#include "recording.hh"

#include "../glue/time.h"
#include "../glue/trace.h"

namespace wqlab {

Result<void> Recording::start(const Kernel& kernel)
{
    if (!kernel.available(view::kLatency) || wqlab_trace_lacks(0))
        return Errno::kNotSupported;
    TRY(recorder_.create(kernel));
    begun_ns_ = wqlab_now();
    if (const int error = wqlab_trace_attach(&recorder_))
        return static_cast<Errno>(-error);
    attached_.set();
    return {};
}

void Recording::stop()
{
    const Mutex::Guard guard(stopping_);
    if (!running())
        return;
    elapsed_ns_.set(wqlab_now() - begun_ns_);
    wqlab_trace_detach(&recorder_);
    stopped_.set();
}

uint64_t Recording::elapsed() const
{
    const uint64_t total = elapsed_ns_.get();
    return total ? total : wqlab_now() - begun_ns_;
}

}  // namespace wqlab
