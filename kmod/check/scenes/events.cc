// SPDX-License-Identifier: GPL-2.0
#include "events.hh"

#include "../../glue/upcalls.h"

namespace wqlab {

namespace {

struct Name {
    char text[2];
};

constexpr Name name_of(uint8_t item) { return {{static_cast<char>('A' + item), '\0'}}; }

}  // namespace

Events::Events(Trial& trial)
    : trial_(trial), events_(trial.own<Event, kMost>()), attached_(events_ && wqlab_trace_observe(this) == 0)
{
    if (events_ && !attached_)
        trial.skip("this kernel lacks tracepoints of the workqueue");
}

void Events::stop()
{
    if (attached_)
        wqlab_trace_ignore(this);
    attached_ = false;
}

void Events::seen(uintptr_t work, wqlab_trace_event event, const wqlab_trace_fields& fields)
{
    for (uint8_t item = 0; item < kItems; item++) {
        if (__atomic_load_n(&works_[item], __ATOMIC_ACQUIRE) != work)
            continue;
        const uint32_t place = __atomic_fetch_add(&count_, 1, __ATOMIC_ACQ_REL);
        if (place >= kMost)
            continue;
        Event& noted = events_[place];
        noted = {item, static_cast<uint8_t>(event), fields.req_cpu, 0, 0, fields.function};
        if (trial_.has_fault(Fault::kTraceLies))
            noted.what ^= 1;
        if (trial_.has_fault(Fault::kTraceFieldsLie)) {
            noted.req_cpu++;
            noted.function++;
        }
        const Kernel& kernel = trial_.kernel();
        uintptr_t pool = 0;
        if (fields.pwq && kernel.has(Field::kPwqWq) && kernel.has(Field::kPwqPool) && kernel.has(Field::kPoolCpu)) {
            kernel.peek(noted.workqueue, fields.pwq, Field::kPwqWq);
            if (kernel.peek(pool, fields.pwq, Field::kPwqPool))
                kernel.peek(noted.pool_cpu, pool, Field::kPoolCpu);
        }
    }
}

const Events::Event* Events::find(uint8_t item, wqlab_trace_event what, uint32_t n) const
{
    for (uint32_t i = 0; i < count_ && i < kMost; i++)
        if (events_[i].item == item && events_[i].what == what && !n--)
            return &events_[i];
    return nullptr;
}

void Events::describe(char (&text)[256]) const
{
    constexpr const char* kWords[] = {"queue ", "activate ", "start ", "end "};
    Text list(text);
    for (uint32_t i = 0; i < count_ && i < kMost; i++)
        list.add(i ? ", " : "").add(kWords[events_[i].what]).add(name_of(events_[i].item).text);
    if (count_ > kMost)
        list.add(", and more");
}

}  // namespace wqlab

void wqlab_trace_seen(void* observer, uintptr_t work, wqlab_trace_event event, const wqlab_trace_fields* fields)
{
    static_cast<wqlab::Events*>(observer)->seen(work, event, *fields);
}
