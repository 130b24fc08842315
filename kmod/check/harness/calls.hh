// SPDX-License-Identifier: GPL-2.0
// Which functions of the kernel a trial's threads are in, so that it can be
// said which of them did not return.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqlab {

enum class Call : uint8_t {
    kNone,
    kAllocWorkqueue,
    kFlushWork,
    kFlushWorkqueue,
    kDrainWorkqueue,
    kDestroyWorkqueue,
    kCancelSync,
    kDisable,
    kApplyAttributes,
    kUnregisterDevice,
    kSnapshot,  // which takes wq_pool_mutex and the mutexes of all workqueues
    kJoin,      // of a thread of the trial, which says itself what it is in
    kCount
};

// "flush_work()"
const char* call_name(Call call);

// Any context, any number of threads at once.
class Calls {
    struct Slot {
        bool taken = false;
        Call call = Call::kNone;  // written last, read first
        const char* object = nullptr;
    };

public:
    // As long as the calling thread is in that call. The object's name outlives the trial's threads.
    class Scope {
    public:
        Scope(Calls& calls, Call call, const char* object);
        ~Scope();
        Scope(const Scope&) = delete;

    private:
        Slot* slot_;  // nullptr: more threads than there are slots; this one is not seen
    };

    struct Group {
        Call call = Call::kNone;
        const char* object = nullptr;
        uint32_t threads = 0;
    };
    static constexpr uint32_t kGroups = 8;
    // Those that have not returned, by call and object; the joins last, because each waits for another thread. How many
    // groups.
    uint32_t look(Group (&groups)[kGroups]) const;

private:
    static constexpr uint32_t kSlots = 64;  // more than any check has threads
    Slot slots_[kSlots];
};

}  // namespace wqlab
