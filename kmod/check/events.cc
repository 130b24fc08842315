// SPDX-License-Identifier: GPL-2.0
#include "events.hh"

#include "../glue/upcalls.h"

namespace wqlab {

Events::Events(Trial& trial) : trial_(trial), attached_(wqlab_trace_observe(this) == 0)
{
    if (!attached_)
        trial.skip("this kernel lacks tracepoints of the workqueue");
}

void Events::stop()
{
    if (attached_)
        wqlab_trace_ignore(this);
    attached_ = false;
}

void Events::seen(uintptr_t work, wqlab_trace_event event)
{
    for (uint8_t item = 0; item < kItems; item++) {
        if (__atomic_load_n(&works_[item], __ATOMIC_ACQUIRE) != work)
            continue;
        const uint32_t place = __atomic_fetch_add(&count_, 1, __ATOMIC_ACQ_REL);
        const auto what = static_cast<uint8_t>(trial_.has_fault(Fault::kTraceLies) ? event ^ 1 : event);
        if (place < kMost)
            events_[place] = {item, what};
    }
}

void Events::describe(char (&text)[256]) const
{
    constexpr const char* kWords[] = {"queue ", "activate ", "start ", "end "};
    constexpr const char* kNames[kItems] = {"A", "B", "C"};
    Text list(text);
    for (uint32_t i = 0; i < count_ && i < kMost; i++)
        list.add(i ? ", " : "").add(kWords[events_[i].what]).add(kNames[events_[i].item]);
    if (count_ > kMost)
        list.add(", and more");
}

}  // namespace wqlab

void wqlab_trace_seen(void* observer, uintptr_t work, wqlab_trace_event event)
{
    static_cast<wqlab::Events*>(observer)->seen(work, event);
}
