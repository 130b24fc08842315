// SPDX-License-Identifier: GPL-2.0
#include "body.hh"

#include "../glue/memory.h"
#include "../glue/time.h"

namespace wqlab {

// A hog by design: it does not yield, so only its limit keeps it from the
// kernel's watchdogs.
static void spin(uint64_t ns, const Flag& abort)
{
    const uint64_t end = wqlab_now() + ns;
    while (wqlab_now() < end && !abort.is_set())
        wqlab_relax();
}

static void sleep(uint64_t ns, const Flag& abort)
{
    // In slices, so that an aborted run need not wait for the longest sleep.
    constexpr uint64_t kSlice = 50'000'000;
    const uint64_t end = wqlab_now() + ns;
    for (uint64_t now = wqlab_now(); now < end && !abort.is_set(); now = wqlab_now())
        wqlab_sleep(end - now < kSlice ? end - now : kSlice);
}

bool perform(const BodySpec& spec, BodyContext& context)
{
    constexpr size_t kCacheLine = 64;
    const uint64_t spin_limit = context.atomic ? WQLAB_LIMIT_BH_SPIN_NS : WQLAB_LIMIT_SPIN_NS;

    switch (spec.kind) {
    case WQLAB_BODY_SPIN: spin(draw(spec.time, context.random, spin_limit), context.abort); break;
    case WQLAB_BODY_SLEEP: sleep(draw(spec.time, context.random, WQLAB_LIMIT_SLEEP_NS), context.abort); break;
    case WQLAB_BODY_TOUCH:
        for (size_t i = 0; i < spec.bytes; i += kCacheLine) {
            volatile unsigned char& byte = context.buffer[i];
            byte = static_cast<unsigned char>(byte + 1);
        }
        break;
    case WQLAB_BODY_ALLOC: {
        void* memory = wqlab_body_alloc(spec.bytes, context.atomic);
        wqlab_body_free(memory);
        return memory != nullptr;
    }
    case WQLAB_BODY_MUTEX: {
        Mutex::PatientGuard guard(context.mutex);
        spin(draw(spec.time, context.random, spin_limit), context.abort);
        break;
    }
    }
    return true;
}

}  // namespace wqlab
