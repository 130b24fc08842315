// SPDX-License-Identifier: GPL-2.0
#include "service.hh"

#include "../glue/attributes.h"
#include "../glue/inspect.h"
#include "../glue/netlink/family.h"
#include "../glue/netlink/message.h"
#include "../glue/time.h"
#include "../glue/upcalls.h"
#include "run_report.hh"

namespace wqlab {

// Not the object itself: it would need a constructor that nobody calls.
static constinit Service* the_service = nullptr;

Service& Service::get() { return *the_service; }

Result<void> Service::create()
{
    kernel_.learn();
    if (kernel_.is_short_of_memory())
        return Errno::kNoMemory;
    wqlab_attributes_init();
    runner_.on_turn(check_turn);
    return registry_.create(announce);
}

void Service::shut_down()
{
    recordings_.shut_down();
    traces_.shut_down();
    registry_.shut_down();
    // Last, because it may never return.
    runner_.shut_down();
}

void Service::check_turn()
{
    if (sk_buff* message = wqlab_nl_event_new(WQLAB_CMD_CHECK_TURN))
        wqlab_nl_event_send(message);
}

// A run's conductor. Nobody may be listening, and an event that can't be sent
// is no loss: run-get tells the same.
void Service::announce(const Run& run)
{
    {
        Message message(wqlab_nl_event_new(run.ended() ? WQLAB_CMD_RUN_END : WQLAB_CMD_RUN_PROGRESS));
        if (message) {
            Filler filler = message.fill(WQLAB_A_RUN_PAD);
            fill_summary(filler, RunSummary(run));
            if (filler.fits())
                wqlab_nl_event_send(message.release());
        }
    }
    if (run.ended())
        get().registry().run_ended();
}

}  // namespace wqlab

using namespace wqlab;

int wqlab_init(void)
{
    wqlab_stamp_init();
    wqlab_hash_init();
    Result<Box<Service>> created = Box<Service>::create();
    if (!created.ok())
        return -static_cast<int>(created.error());
    Box<Service> box = created.take();
    the_service = box.get();
    if (const Result<void> done = box->create(); !done.ok())
        return -static_cast<int>(done.error());
    if (const int error = wqlab_nl_register())
        return error;
    box.release();
    return 0;
}

void wqlab_exit(void)
{
    // Recordings, runs and checks first, while the family can still announce their ends; then the family, after which
    // no request can come; then the memory.
    the_service->shut_down();
    wqlab_nl_unregister();
    Box<Service>::adopt(the_service);
}
