// SPDX-License-Identifier: GPL-2.0
#include "instruments.hh"

#include "../../glue/memory.h"
#include "../../glue/text.h"
#include "trial.hh"

namespace wqlab {

Result<void> Instruments::create()
{
    arena_ = static_cast<unsigned char*>(wqlab_alloc(kArena, kAnyNode));
    if (!arena_)
        return Errno::kNoMemory;
    no_queue_ = make<Queue>(trial_, Workqueue(), Shape());
    no_item_ = make<TestItem>(trial_, "none", TestItem::Body::kReturn, WQLAB_WORK_PLAIN, false);
    return {};
}

void Instruments::skip_for_memory(const char* of) { trial_.skip("no memory or thread for %s", of); }

Queue& Instruments::queue(const Shape& wanted)
{
    Shape shape = wanted;
    char name[24];
    wqlab_format(name, sizeof(name), "wqlab-c%u%s", trial_.promise().row, trial_.promise().part);
    trial_.api().shape(shape);
    Result<Workqueue> created = [&] {
        const Calls::Scope in(calls_, Call::kAllocWorkqueue, wanted.name ? wanted.name : "the check");
        return Workqueue::create(shape.name ? shape.name : name, shape.flags, shape.max_active);
    }();
    if (!created.ok()) {
        trial_.skip("alloc_workqueue() gave none");
        return *no_queue_;
    }
    Queue* queue = make<Queue>(trial_, created.take(), wanted);
    if (!queue) {
        skip_for_memory("a queue");
        return *no_queue_;
    }
    Text(queue->name_).add(shape.name ? shape.name : name);
    put(queues_, queue);
    const bool has_attributes = wanted.flags & WQLAB_WQ_UNBOUND && !(wanted.flags & WQLAB_WQ_ORDERED);
    if (has_attributes && (wanted.is_private || wanted.scope || wanted.strict || wanted.cpus)) {
        const int nice = wanted.is_private ? Queue::kPrivateNice : wanted.flags & WQLAB_WQ_HIGHPRI ? -20 : 0;
        if (const int error = queue->apply(wanted.scope ? wanted.scope : "default", wanted.strict, wanted.cpus, nice))
            trial_.skip("its attributes can't be set: error %d", -error);
    }
    return *queue;
}

Queue& Instruments::system_queue(const char* name)
{
    Result<Workqueue> found = Workqueue::system(name);
    if (!found.ok()) {
        trial_.skip("this kernel has no %s", name);
        return *no_queue_;
    }
    Workqueue wq = found.take();
    Shape shape;
    shape.flags = wq.flags();
    Queue* queue = make<Queue>(trial_, std::move(wq), shape);
    if (!queue) {
        skip_for_memory("a queue");
        return *no_queue_;
    }
    Text(queue->name_).add(name);
    put(queues_, queue);
    return *queue;
}

TestItem& Instruments::item(const char* name, TestItem::Body body, wqlab_work_kind kind, bool deferrable)
{
    TestItem* made = make<TestItem>(trial_, name, body, kind, deferrable);
    if (!made) {
        skip_for_memory("an item");
        return *no_item_;
    }
    put(items_, made);
    return *made;
}

Items Instruments::items(uint32_t n, const char* name, TestItem::Body body, wqlab_work_kind kind)
{
    constexpr uint32_t kMost = 256;
    struct List {
        TestItem* of[kMost];
    };
    List* list = n <= kMost ? make<List>() : nullptr;
    if (!list) {
        skip_for_memory("items");
        return Items(nullptr, 0, no_item_);
    }
    for (uint32_t i = 0; i < n; i++)
        list->of[i] = &item(name, body, kind);
    return Items(list->of, n, no_item_);
}

Gate& Instruments::gate()
{
    OwnGate* made = make<OwnGate>();
    if (!made) {
        skip_for_memory("a gate");
        return no_gate_.gate;
    }
    put(gates_, made);
    return made->gate;
}

void Instruments::open_gates()
{
    for (TestItem* item = __atomic_load_n(&items_, __ATOMIC_ACQUIRE); item; item = item->next_) {
        __atomic_store_n(&item->requeues_, 0, __ATOMIC_RELAXED);
        item->open();
    }
    for (OwnGate* gate = __atomic_load_n(&gates_, __ATOMIC_ACQUIRE); gate; gate = gate->next_)
        gate->gate.open();
}

// Gates first: whatever waits, waits for one of them.
void Instruments::end()
{
    __atomic_store_n(&ending_, true, __ATOMIC_RELEASE);
    open_gates();
    for (Actor* actor = actors_; actor; actor = actor->next_) {
        const Calls::Scope in(calls_, Call::kJoin, actor->name());
        actor->thread_.join();
    }
    trial_.faults().threads.stop();
    // With all callers gone the lists stand still. Items enabled, so that nothing warns.
    for (TestItem* item = items_; item; item = item->next_)
        kernel::cancel_sync(trial_, *item);
    for (Queue* queue = queues_; queue; queue = queue->next_)
        kernel::destroy(trial_, *queue);
}

}  // namespace wqlab
