// SPDX-License-Identifier: GPL-2.0
#include "rogues.hh"

#include "probe.hh"

namespace wqlab {

void Rogues::Rogue::main()
{
    const auto due = [this] { return __atomic_load_n(&probe, __ATOMIC_ACQUIRE) || __atomic_load_n(&stopping, __ATOMIC_ACQUIRE); };
    for (;;) {
        Kthread::sleep_until(due);
        Probe* const taken = __atomic_load_n(&probe, __ATOMIC_ACQUIRE);
        if (!taken)
            return;
        taken->execute();
        __atomic_store_n(&probe, nullptr, __ATOMIC_RELEASE);
    }
}

Result<void> Rogues::start()
{
    for (Rogue& rogue : rogues_) {
        rogue.thread = TRY(Kthread::create<&Rogue::main>(rogue, Kthread::kAnyCpu, "wqlab_rogue"));
        rogue.thread.wake();
    }
    return {};
}

void Rogues::stop()
{
    for (Rogue& rogue : rogues_) {
        __atomic_store_n(&rogue.stopping, true, __ATOMIC_RELEASE);
        rogue.thread.wake();
        rogue.thread.join();
    }
}

bool Rogues::execute(Probe& probe)
{
    for (Rogue& rogue : rogues_) {
        Probe* none = nullptr;
        if (__atomic_compare_exchange_n(&rogue.probe, &none, &probe, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            rogue.thread.wake();
            return true;
        }
    }
    return false;
}

}  // namespace wqlab
