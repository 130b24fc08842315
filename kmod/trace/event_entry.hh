// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "../glue/trace_events.h"
#include "event_recorder.hh"

namespace wqlab {

// An event that happens: it is written, unless there is no room, and one in so many is timed.
class EventRecorder::Entry {
public:
    Entry(EventRecorder& recorder, const wqlab_who& who, wqlab_trace_kind kind) : cpu(recorder.cpus_[who.cpu])
    {
        if (!(recorder.kinds_ >> kind & 1))
            return;
        begun_ = Clock::stamp_anywhere();
        record_ = cpu.ring.next(begun_);
        if (!record_)
            return;
        // Each member: what sets all to 0 first is a string instruction, for which one pays by the byte.
        record_->stamp = begun_;
        record_->item = 0;
        __builtin_memcpy(record_->comm, who.comm, sizeof(who.comm));
        record_->function = record_->workqueue = record_->caller = 0;
        record_->value = record_->other = 0;
        record_->pool = -1;
        record_->pid = who.pid;
        record_->flags = 0;
        record_->kind = static_cast<uint8_t>(kind);
        record_->context = static_cast<uint8_t>(who.context);
    }
    Entry(const Entry&) = delete;
    ~Entry()
    {
        if (!record_)
            return;
        cpu.ring.commit();
        if (cpu.until_timed--)
            return;
        cpu.until_timed = WQLAB_LIMIT_TRACE_TIMED - 1;
        wqlab_trace_cpu& shared = cpu.ring.shared();
        shared.timed = ++cpu.timed;
        shared.timed_ticks = cpu.timed_ticks += Clock::stamp_anywhere() - begun_;
    }

    explicit operator bool() const { return record_; }
    wqlab_trace_record* operator->() const { return record_; }

    Cpu& cpu;

private:
    uint64_t begun_ = 0;
    wqlab_trace_record* record_ = nullptr;
};

}  // namespace wqlab
