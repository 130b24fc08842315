// SPDX-License-Identifier: GPL-2.0
#include "trial.hh"

#include "../glue/inspect.h"
#include "../glue/memory.h"
#include "../glue/text.h"
#include "../glue/workqueue.h"
#include "company.hh"
#include "errno.hh"

namespace wqlab {

namespace {

constexpr uint64_t kLinger = 30'000'000;  // ns

}  // namespace

Trial::Trial(const Check& check, const Kernel& kernel, Fault fault, uint64_t seed)
    : check_(check), kernel_(kernel), fault_(fault), random_(seed)
{
}

Trial::~Trial()
{
    wqlab_free(arena_);
}

Result<void> Trial::create()
{
    arena_ = static_cast<unsigned char*>(wqlab_alloc(1u << 20, kAnyNode));
    if (!arena_)
        return Errno::kNoMemory;
    no_queue_ = make<Queue>(*this, Workqueue(), Shape());
    no_probe_ = make<Probe>(*this, "none", Probe::Body::kReturn, WQLAB_WORK_PLAIN, false);
    TRY(witness_.create<&Trial::describe_pools>(*this, "wqlab_witness"));
    TRY(companion_.create<&Trial::keep_company>(*this, "wqlab_company"));
    return fault_ == Fault::kNone ? Result<void>() : rogues_.start();
}

void Trial::decide(uint32_t status, const char* format, __builtin_va_list arguments)
{
    const Mutex::Guard guard(verdict_);
    if (decided_)
        return;
    wqlab_format_list(reason_, sizeof(reason_), format, arguments);
    status_ = status;
    __atomic_store_n(&decided_, true, __ATOMIC_RELEASE);
}

void Trial::fail(const char* format, ...)
{
    const Known& known = check_.promise->known;
    const bool expected = known.reference && fault_ == Fault::kNone && !(wqlab_features() & known.until_feature);
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    decide(expected ? WQLAB_CHECK_KNOWN : WQLAB_CHECK_FAIL, format, arguments);
    __builtin_va_end(arguments);
}

void Trial::skip(const char* format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    decide(WQLAB_CHECK_SKIP, format, arguments);
    __builtin_va_end(arguments);
}

void Trial::note(const char* format, ...)
{
    const Mutex::Guard guard(verdict_);
    const size_t left = sizeof(evidence_) - evidence_used_;
    if (left < 2)
        return;
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    evidence_used_ += static_cast<size_t>(wqlab_format_list(evidence_ + evidence_used_, left - 1, format, arguments));
    __builtin_va_end(arguments);
    evidence_[evidence_used_++] = '\n';
    evidence_[evidence_used_] = '\0';
}

Queue& Trial::queue(const Shape& wanted)
{
    Shape shape = wanted;
    char name[24];
    wqlab_format(name, sizeof(name), "wqlab-c%u%s", check_.promise->row, check_.promise->part);
    // A fault of limits allows one more than is asked for.
    if (fault_ == Fault::kLimitIgnored) {
        shape.max_active += shape.max_active ? 1 : 0;
        if (shape.flags & WQLAB_WQ_ORDERED) {
            shape.flags = (shape.flags & ~uint32_t{WQLAB_WQ_ORDERED}) | WQLAB_WQ_UNBOUND;
            shape.max_active = 2;
        }
    }
    Result<Workqueue> created = Workqueue::create(shape.name ? shape.name : name, shape.flags, shape.max_active);
    if (!created.ok()) {
        skip("alloc_workqueue() gave none");
        return *no_queue_;
    }
    Queue* queue;
    {
        const Mutex::Guard guard(lists_);
        queue = make<Queue>(*this, created.take(), wanted);
        if (!queue) {
            skip("no memory for a queue");
            return *no_queue_;
        }
        Text(queue->name_).add(shape.name ? shape.name : name);
        queue->next_ = queues_;
        __atomic_store_n(&queues_, queue, __ATOMIC_RELEASE);
    }
    const bool has_attributes = wanted.flags & WQLAB_WQ_UNBOUND && !(wanted.flags & WQLAB_WQ_ORDERED);
    if (has_attributes && (wanted.is_private || wanted.scope || wanted.strict || wanted.cpus)) {
        const int nice = wanted.is_private ? Queue::kPrivateNice : wanted.flags & WQLAB_WQ_HIGHPRI ? -20 : 0;
        if (const int error = queue->apply(wanted.scope ? wanted.scope : "default", wanted.strict, wanted.cpus, nice))
            skip("its attributes can't be set: error %d", -error);
    }
    return *queue;
}

Queue& Trial::system_queue(const char* name)
{
    Result<Workqueue> found = Workqueue::system(name);
    if (!found.ok()) {
        skip("this kernel has no %s", name);
        return *no_queue_;
    }
    const Mutex::Guard guard(lists_);
    Workqueue wq = found.take();
    Shape shape;
    shape.flags = wq.flags();
    Queue* queue = make<Queue>(*this, std::move(wq), shape);
    if (!queue)
        return *no_queue_;
    Text(queue->name_).add(name);
    queue->next_ = queues_;
    __atomic_store_n(&queues_, queue, __ATOMIC_RELEASE);
    return *queue;
}

Probe& Trial::probe(const char* name, Probe::Body body, wqlab_work_kind kind, bool deferrable)
{
    const Mutex::Guard guard(lists_);
    Probe* made = make<Probe>(*this, name, body, kind, deferrable);
    if (!made) {
        skip("no memory for an item");
        return *no_probe_;
    }
    made->next_ = probes_;
    __atomic_store_n(&probes_, made, __ATOMIC_RELEASE);
    return *made;
}

Probe** Trial::probes(uint32_t n, const char* name, Probe::Body body, wqlab_work_kind kind)
{
    struct List {
        Probe* of[256];
    };
    constexpr uint32_t kMost = 256;
    List* list;
    {
        const Mutex::Guard guard(lists_);
        list = make<List>();
    }
    if (!list || n > kMost) {
        skip("no memory for %u items", n);
        return &no_probe_;
    }
    for (uint32_t i = 0; i < n; i++)
        list->of[i] = &probe(name, body, kind);
    return list->of;
}

Gate& Trial::gate()
{
    const Mutex::Guard guard(lists_);
    OwnGate* made = make<OwnGate>();
    if (!made) {
        skip("no memory for a gate");
        return no_gate_.gate;
    }
    made->next = gates_;
    __atomic_store_n(&gates_, made, __ATOMIC_RELEASE);
    return made->gate;
}

void Trial::changed()
{
    if (__atomic_load_n(&waiting_, __ATOMIC_ACQUIRE))
        changed_.signal();
}

void Trial::linger()
{
    wqlab_sleep(kLinger);
}

uint32_t Trial::online_cpus() const
{
    uint32_t n = 0;
    for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
        n += wqlab_cpu_online(cpu);
    return n;
}

const Snapshot* Trial::snapshot(uint32_t sections)
{
    if (kernel_.available(sections) != sections) {
        skip("this kernel does not show what is needed; see wqctl info");
        return nullptr;
    }
    Result<Box<Snapshot>> created = Box<Snapshot>::create();
    if (!created.ok()) {
        skip("no memory for a snapshot");
        return nullptr;
    }
    snapshot_ = created.take();
    if (!snapshot_->take(kernel_, sections).ok()) {
        skip("no memory for a snapshot");
        return nullptr;
    }
    if (fault_ == Fault::kSnapshotLies) {
        for (wqlab_snap_pool& pool : snapshot_->pools) {
            pool.nr_idle++;
            pool.nr_workers++;
            pool.raw_flags ^= ~0u;
            pool.flags ^= WQLAB_POOL_DISASSOCIATED;
        }
        uint64_t odd = 0;
        for (wqlab_snap_pwq& pwq : snapshot_->pwqs) {
            pwq.nr_active++;
            for (auto& stat : pwq.stats)
                stat += ++odd;
        }
        for (wqlab_snap_node_active& node : snapshot_->node_active)
            node.max--;
        for (wqlab_snap_pod& pod : snapshot_->pods)
            pod.cpus = WQLAB_NONE;
    }
    return snapshot_.get();
}

const wqlab_snap_workqueue* Trial::row_of(const Snapshot& snapshot, const Queue& queue)
{
    const uint64_t identity = wqlab_identity(reinterpret_cast<uintptr_t>(queue.get()));
    for (const wqlab_snap_workqueue& row : snapshot.workqueues)
        if (row.identity == identity)
            return &row;
    return nullptr;
}

int Trial::ask(uint32_t kind, const char* path, const char* text)
{
    const int error = hands_.ask(kind, path, text);
    progress();
    return error;
}

int Trial::write(const char* path, const char* text)
{
    if (fault_ == Fault::kStepIgnored)
        return 0;
    const int error = ask(WQLAB_STEP_WRITE, path, text);
    return fault_ == Fault::kStepLies ? (error ? 0 : kInvalidArgument) : error;
}

int Trial::read(const char* path)
{
    const int error = ask(WQLAB_STEP_READ, path, "");
    Text(text_).add(error ? "" : hands_.text());
    if (fault_ == Fault::kStepLies)
        Text(text_).add("lies\n");
    return error;
}

int Trial::list(const char* path)
{
    const int error = ask(WQLAB_STEP_LIST, path, "");
    Text(text_).add(error ? "" : hands_.text());
    if (fault_ == Fault::kStepLies)
        Text(text_).add("lies\n");
    return error;
}

void Trial::hang()
{
    Gate never;
    for (;;)
        never.wait(Event::kForEver);
}

void Trial::main()
{
    const uint32_t before = __atomic_load_n(warnings_, __ATOMIC_RELAXED);
    check_.run(*this);
    __atomic_store_n(&ending_since_, wqlab_now(), __ATOMIC_RELEASE);
    clean_up();
    const uint32_t warnings = __atomic_load_n(warnings_, __ATOMIC_RELAXED) - before;
    if (warnings && fault_ == Fault::kNone && !(check_.promise->classes & WQLAB_CHECK_NEGATIVE))
        fail("the kernel's workqueue code warned %u times, see the kernel's log", warnings);
    __atomic_store_n(&finished_, true, __ATOMIC_RELEASE);
    ended_.signal();
}

void Trial::open_gates()
{
    for (Probe* probe = __atomic_load_n(&probes_, __ATOMIC_ACQUIRE); probe; probe = probe->next_) {
        probe->requeues_ = 0;
        probe->open();
    }
    for (OwnGate* gate = __atomic_load_n(&gates_, __ATOMIC_ACQUIRE); gate; gate = gate->next)
        gate->gate.open();
}

// Gates first: whatever waits, waits for one of them.
void Trial::clean_up()
{
    open_gates();
    for (Actor* actor = actors_; actor; actor = actor->next_) {
        const Calls::Scope in(calls_, Call::kJoin, actor->name());
        actor->thread_.join();
    }
    // With all callers gone the lists stand still. Items enabled, so that nothing warns.
    rogues_.stop();
    for (Probe* probe = probes_; probe; probe = probe->next_) {
        const Calls::Scope in(calls_, Call::kCancelSync, probe->name());
        wqlab_cancel_sync(probe->address(), probe->kind());
    }
    for (Queue* queue = queues_; queue; queue = queue->next_) {
        const Calls::Scope in(calls_, Call::kDestroyWorkqueue, queue->name());
        destroy(*queue);
    }
}

void Trial::destroy(Queue& queue)
{
    const Workqueue last = std::move(queue.wq_);
}

void Trial::give_up()
{
    __atomic_store_n(&given_up_, true, __ATOMIC_RELEASE);
    hands_.give_up();
    changed_.signal();
    open_gates();
}

void Trial::call_for_help()
{
    witness_.start();
    companion_.start();
}

void Trial::leave_helpers()
{
    witness_.leave();
    companion_.leave();
}

// Of the thread companion_. Making workqueues may hang, and so may ending them.
void Trial::keep_company()
{
    constexpr uint32_t kMost = 64;  // queues; no check has as many
    constexpr uint64_t kPause = 100'000'000;
    Result<Array<Company>> created = Array<Company>::create(kMost);
    if (!created.ok())
        return;
    Array<Company> companies = created.take();
    uint32_t n = 0;
    for (const Queue* queue = __atomic_load_n(&queues_, __ATOMIC_ACQUIRE); queue && n < kMost && !finished(); queue = queue->next_)
        n += companies[n].create(*queue);
    const uint64_t end = wqlab_now() + check_bounds::kGrace;
    while (!finished() && wqlab_now() < end) {
        for (uint32_t i = 0; i < n; i++)
            companies[i].come();
        wqlab_sleep(kPause);
    }
}

void Trial::say_where_it_hangs()
{
    Calls::Group groups[Calls::kGroups];
    const uint32_t n = calls_.look(groups);
    if (n)
        fail("%s of %s does not return", call_name(groups[0].call), groups[0].object);
    else
        fail("it does not end");
    for (uint32_t i = 0; i < n; i++)
        note("%u in %s of %s", groups[i].threads, call_name(groups[i].call), groups[i].object);
}

void Trial::copy_verdict(char (&reason)[256], char (&evidence)[1536])
{
    const Mutex::Guard guard(verdict_);
    Text(reason).add(reason_);
    Text(evidence).add(evidence_);
}

}  // namespace wqlab
