// SPDX-License-Identifier: GPL-2.0
#include "fault_threads.hh"

#include "test_item.hh"

namespace wqlab {

void FaultThreads::Thread::main()
{
    const auto due = [this] {
        return __atomic_load_n(&item, __ATOMIC_ACQUIRE) || __atomic_load_n(&stopping, __ATOMIC_ACQUIRE);
    };
    for (;;) {
        Kthread::sleep_until(due);
        TestItem* const taken = __atomic_load_n(&item, __ATOMIC_ACQUIRE);
        if (!taken)
            return;
        taken->execute();
        __atomic_store_n(&item, nullptr, __ATOMIC_RELEASE);
    }
}

Result<void> FaultThreads::start()
{
    for (Thread& one : threads_) {
        one.thread = TRY(Kthread::create<&Thread::main>(one, Kthread::kAnyCpu, "wqlab_fault"));
        one.thread.wake();
    }
    return {};
}

void FaultThreads::stop()
{
    for (Thread& one : threads_) {
        __atomic_store_n(&one.stopping, true, __ATOMIC_RELEASE);
        one.thread.wake();
        one.thread.join();
    }
}

bool FaultThreads::execute(TestItem& item)
{
    for (Thread& one : threads_) {
        TestItem* none = nullptr;
        if (__atomic_compare_exchange_n(&one.item, &none, &item, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            one.thread.wake();
            return true;
        }
    }
    return false;
}

}  // namespace wqlab
