// SPDX-License-Identifier: GPL-2.0
#include "recording.hh"

#include "../glue/time.h"
#include "../glue/trace.h"

namespace wqlab {

Result<void> Recording::start(const Kernel& kernel)
{
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

Result<void> Recordings::start(uint32_t owner)
{
    if (!kernel_.available(view::kLatency) || wqlab_trace_lacks(0))
        return Errno::kNotSupported;
    Shared<Recording> previous;  // ends with the lock open
    {
        const Mutex::Guard guard(lock_);
        if (closed_)
            return Errno::kNoDevice;
        if (opening_ || (recording_ && (owner_ != owner || recording_->running())))
            return Errno::kBusy;
        previous = std::move(recording_);
        opening_ = true;
    }
    Result<Shared<Recording>> opened = open();

    Shared<Recording> unwanted;
    const Mutex::Guard guard(lock_);
    opening_ = false;
    if (!opened.ok())
        return opened.error();
    unwanted = opened.take();
    if (closed_)
        return Errno::kNoDevice;
    recording_ = std::move(unwanted);
    owner_ = owner;
    return {};
}

Result<Shared<Recording>> Recordings::open() const
{
    Shared<Recording> recording = TRY(Shared<Recording>::create());
    TRY(recording->start(kernel_));
    return recording;
}

Result<void> Recordings::stop(uint32_t owner)
{
    const Shared<Recording> recording = TRY(of(owner));
    recording->stop();
    return {};
}

Result<Shared<Recording>> Recordings::of(uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    if (!recording_)
        return Errno::kNoEntry;
    if (owner_ != owner)
        return Errno::kBusy;
    return Shared<Recording>(recording_);
}

void Recordings::owner_gone(uint32_t owner)
{
    Shared<Recording> orphan;
    const Mutex::Guard guard(lock_);
    if (owner_ == owner)
        orphan = std::move(recording_);
}

void Recordings::shut_down()
{
    Shared<Recording> last;
    const Mutex::Guard guard(lock_);
    closed_ = true;
    last = std::move(recording_);
}

}  // namespace wqlab
