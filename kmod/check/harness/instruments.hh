// SPDX-License-Identifier: GPL-2.0
// What a check works with: workqueues, items, threads, gates. They last until
// the trial's end, which ends them in an order that can't deadlock. When one
// can't be had, the trial is skipped, and what comes instead does nothing.
#pragma once

#include "../../core/memory.hh"
#include "../../glue/memory.h"
#include "../../glue/work.h"
#include "actor.hh"
#include "calls.hh"
#include "queue.hh"
#include "test_item.hh"

namespace wqlab {

class Instruments {
public:
    explicit Instruments(Trial& trial) : trial_(trial), no_actor_(trial, "none") {}
    Instruments(const Instruments&) = delete;
    // Only when end() has returned.
    ~Instruments() { wqlab_free(arena_); }

    Result<void> create();

    // ---- for checks
    Queue& queue(const Shape& wanted = {});
    Queue& system_queue(const char* name);
    TestItem& item(const char* name, TestItem::Body body = TestItem::Body::kReturn,
                   wqlab_work_kind kind = WQLAB_WORK_PLAIN, bool deferrable = false);
    // Several of one kind, side by side: items(n, ...)[i].
    Items items(uint32_t n, const char* name, TestItem::Body body = TestItem::Body::kReturn,
                wqlab_work_kind kind = WQLAB_WORK_PLAIN);
    // Starts at once; cpu Kthread::kAnyCpu: anywhere. It may go on when the check
    // has returned: what it captures is the trial's (own()), never a local variable.
    template <typename Act>
    Actor& actor(const char* name, int cpu, Act act);
    // Opened at the trial's end, whatever happens.
    Gate& gate();
    // Something of the check's own that others may still see when it returns; no
    // destructor is called. nullptr: skipped.
    template <typename T, uint32_t N = 1>
    T* own();

    // Where their threads may wait in the kernel: see Calls::Scope.
    Calls& calls() { return calls_; }

    // ---- for the trial's thread and its watcher
    // Any thread: takes no lock, because who holds it might hang.
    void open_gates();
    // The trial's thread, once the check has returned. May hang where the kernel does.
    void end();
    // The check has returned: it looks at nothing any more.
    bool ending() const { return __atomic_load_n(&ending_, __ATOMIC_ACQUIRE); }
    const Queue* first_queue() const { return __atomic_load_n(&queues_, __ATOMIC_ACQUIRE); }

private:
    struct OwnGate {
        Gate gate;
        OwnGate* next_ = nullptr;
    };

    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments);
    // In front of a list that others walk meanwhile.
    template <typename T>
    void put(T*& list, T* made);
    void skip_for_memory(const char* of);

    static constexpr size_t kArena = 1u << 20;

    Trial& trial_;
    Calls calls_;
    NamedMutex<"wqlab trial lists"> lists_;  // protects the arena and what is put into the lists
    unsigned char* arena_ = nullptr;
    size_t arena_used_ = 0;
    // They only grow.
    Queue* queues_ = nullptr;
    TestItem* items_ = nullptr;
    Actor* actors_ = nullptr;
    OwnGate* gates_ = nullptr;
    bool ending_ = false;
    // What is handed out when there is nothing to hand out.
    Actor no_actor_;
    OwnGate no_gate_;
    TestItem* no_item_ = nullptr;
    Queue* no_queue_ = nullptr;
};

template <typename T, typename... Arguments>
T* Instruments::make(Arguments&&... arguments)
{
    constexpr size_t kAlign = 64;
    const Mutex::Guard guard(lists_);
    const size_t at = (arena_used_ + kAlign - 1) / kAlign * kAlign;
    if (at + sizeof(T) > kArena)
        return nullptr;
    arena_used_ = at + sizeof(T);
    return new (arena_ + at) T(std::forward<Arguments>(arguments)...);
}

template <typename T>
void Instruments::put(T*& list, T* made)
{
    const Mutex::Guard guard(lists_);
    made->next_ = list;
    __atomic_store_n(&list, made, __ATOMIC_RELEASE);
}

template <typename T, uint32_t N>
T* Instruments::own()
{
    struct Several {
        T of[N];
    };
    Several* made = make<Several>();
    if (!made)
        skip_for_memory("the check");
    return made ? made->of : nullptr;
}

template <typename Act>
Actor& Instruments::actor(const char* name, int cpu, Act act)
{
    using Of = ActorOf<Act>;
    Of* made = make<Of>(trial_, name, act);
    if (made) {
        Result<Kthread> thread = Kthread::create<&Of::main>(*made, cpu, "wqlab_actor");
        if (thread.ok()) {
            made->thread_ = thread.take();
            put<Actor>(actors_, made);
            made->thread_.wake();
            return *made;
        }
    }
    skip_for_memory(name);
    no_actor_.done_ = true;
    return no_actor_;
}

// What an item runs that sleeps for longer than a test item lets itself be held.
inline void sleep_at(TestItem&, void* gate) { static_cast<Gate*>(gate)->pass(); }

}  // namespace wqlab
