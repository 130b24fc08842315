// SPDX-License-Identifier: GPL-2.0
// The memory of pool_workqueues. It is freed behind RCU without a word.
#include "../../glue/rcu.h"
#include "../../glue/time.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace pwq_memory {

// Addresses of memory that has been got.
class Addresses {
public:
    static constexpr uint32_t kMost = 6000;

    // Whether it was there before.
    bool add(uintptr_t address)
    {
        uint32_t at = static_cast<uint32_t>((address >> 3) * 0x9e3779b1u >> 7) % kPlaces;
        for (; of_[at]; at = (at + 1) % kPlaces)
            if (of_[at] == address)
                return true;
        of_[at] = address;
        count_++;
        return false;
    }
    uint32_t count() const { return count_; }

private:
    static constexpr uint32_t kPlaces = 8192;

    uintptr_t of_[kPlaces] = {};
    uint32_t count_ = 0;
};

struct IsUsedAgain {
    static constexpr Promise kPromise = {
        378,
        "",
        "destroy.gives-back-its-pwqs",
        "The memory of a destroyed workqueue's pool_workqueues comes back: sooner or later new ones are where old ones "
        "were, as it is with other memory that is freed behind RCU",
        "kernel/workqueue.c: pwq_release_workfn(), destroy_workqueue()",
        WQLAB_CHECK_SLOW,
        Fault::kFlushReturnsEarly};

    static constexpr uint32_t kEach = 8, kRounds = 100;
    static constexpr uint64_t kPause = 50'000'000, kPatience = 30 * check_bounds::kSecond;  // ns

    // Some of its pool_workqueues. True: one is where another one was.
    static bool add(const Kernel& kernel, const Queue& wq, Addresses& seen)
    {
        const Address head = kernel.address(reinterpret_cast<uintptr_t>(wq.get()), Field::kWqPwqs);
        Address node = head;
        bool is_again = false;
        for (uint32_t i = 0; i < kEach && kernel.read(&node, node, sizeof(node)) && node && node != head; i++)
            is_again |= seen.add(node - kernel.offset(Field::kPwqNode));
        return is_again;
    }

    static void run(Trial& t)
    {
        Addresses* const pwqs = t.own<Addresses>();
        Addresses* const others = t.own<Addresses>();
        if (!pwqs || !others)
            return;
        bool is_again = false, is_other_again = false;
        uint64_t since = 0;
        uint32_t rounds = 0, rounds_since = 0;
        while (!is_again && (!is_other_again || rounds_since < kRounds || wqlab_now() - since < kPatience)) {
            SKIP_UNLESS(t, pwqs->count() < Addresses::kMost && others->count() < Addresses::kMost && !t.given_up(),
                        "nothing that is freed behind RCU was used again");
            Queue& wq = t.queue();
            if (t.decided())
                return;
            is_again = add(t.kernel(), wq, *pwqs);
            wq.destroy();
            for (uint32_t i = 0; i < kEach / 2 && !is_other_again; i++)
                if (const uintptr_t at = wqlab_rcu_get_and_free(t.kernel().size(Field::kPwq)); at && others->add(at)) {
                    is_other_again = true;
                    since = wqlab_now();
                }
            rounds++;
            rounds_since += is_other_again;
            t.goes_on();
            wqlab_sleep(kPause);
        }
        SKIP_UNLESS(t, pwqs->count(), "its pool_workqueues can't be seen");
        WANT(t, is_again,
             "of %u pool_workqueues, of %u workqueues that were destroyed, none was where one had been before",
             pwqs->count(), rounds);
        // No number of tries: one that is used again proves it, and that none is counts only once other memory is.
        t.note("it took %u workqueues", rounds);
    }
};

constexpr Check kAll[] = {
    check_of<IsUsedAgain>(WQLAB_LACK_SCOPES),
};

}  // namespace pwq_memory

constinit const Group kPwqMemoryChecks = group_of("drain", pwq_memory::kAll);

}  // namespace wqlab
