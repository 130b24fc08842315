// SPDX-License-Identifier: GPL-2.0
// One run of a check: its instruments, what it saw, and the verdict.
//
// A check runs in a thread of its own and may wait in the kernel's functions
// without care: the runner watches, opens every gate when it takes too long,
// and if even that does not help leaves it behind. Rules for checks:
//   - slowness may only miss a violation: "must not" is judged while a gate is
//     held, after linger(); "must" waits long, by wait();
//   - verdicts come from tickets, counts and results, never from times;
//   - a check leaves the machine as it found it, also when it fails.
#pragma once

#include "../core/check_bounds.hh"
#include "../core/random.hh"
#include "../glue/cpu.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "../inspect/snapshot.hh"
#include "../lab/memory.hh"
#include "actor.hh"
#include "calls.hh"
#include "hands.hh"
#include "helper.hh"
#include "probe.hh"
#include "promise.hh"
#include "queue.hh"
#include "rogues.hh"

namespace wqlab {

class Trial {
public:
    Trial(const Check& check, const Kernel& kernel, Fault fault, uint64_t seed);
    Trial(const Trial&) = delete;
    // Only when finished().
    ~Trial();

    Result<void> create();

    // ---- the verdict: the first one counts
    void fail(const char* format, ...) __attribute__((format(printf, 2, 3)));
    void skip(const char* format, ...) __attribute__((format(printf, 2, 3)));
    // What was seen, whatever the verdict.
    void note(const char* format, ...) __attribute__((format(printf, 2, 3)));
    bool decided() const { return __atomic_load_n(&decided_, __ATOMIC_ACQUIRE); }

    // ---- instruments; they last until the trial's end. When something can't be
    // had, the trial is skipped, and what comes instead does nothing.
    Queue& queue(const Shape& shape = {});
    Queue& system_queue(const char* name);
    Probe& probe(const char* name, Probe::Body body = Probe::Body::kReturn,
                 wqlab_work_kind kind = WQLAB_WORK_PLAIN, bool deferrable = false);
    // Several of one kind, side by side: probes(n, ...)[i].
    Probe** probes(uint32_t n, const char* name, Probe::Body body = Probe::Body::kReturn,
                   wqlab_work_kind kind = WQLAB_WORK_PLAIN);
    // Starts at once; cpu Kthread::kAnyCpu: anywhere. It may go on when the check
    // has returned: what it captures is the trial's (own()), never a local variable.
    template <typename Act>
    Actor& actor(const char* name, int cpu, Act act);
    // Runs act on that CPU, waits until it has, and returns what it did, if that
    // was a bool. The same is true of what it captures.
    template <typename Act>
    bool on_cpu(uint32_t cpu, Act act);

    // Opened at the trial's end, whatever happens.
    Gate& gate();
    // Something of the check's own that others may still see when it returns; no
    // destructor is called. nullptr: skipped.
    template <typename T, uint32_t N = 1>
    T* own();

    // ---- time
    uint64_t ticket() { return __atomic_add_fetch(&tickets_, 1, __ATOMIC_ACQ_REL); }
    // Until the condition holds; if it does not for very long, fails with what
    // was waited for and the state of the trial's pools. False: failed, or
    // given up. The condition is asked again and again, and may be expensive.
    template <typename Condition>
    bool wait(Condition condition, const char* what);
    // Gives what must not happen time to happen.
    void linger();
    // Something happened that a condition may depend on. Any context.
    void changed();
    bool given_up() const { return __atomic_load_n(&given_up_, __ATOMIC_ACQUIRE); }

    // ---- the machine
    const Kernel& kernel() const { return kernel_; }
    // A new snapshot, with the trial's workqueues in it; nullptr: skipped.
    const Snapshot* snapshot(uint32_t sections);
    // Its row, or nullptr.
    static const wqlab_snap_workqueue* row_of(const Snapshot& snapshot, const Queue& queue);
    // Each takes a snapshot. Whether the actor sleeps in flush_work(), behind a
    // barrier; or in flush_workqueue() of that queue.
    bool sleeps_behind_barrier(Actor& actor) { return sleeps_behind_barrier(actor.pid()); }
    uint32_t sleep_behind_barriers(Span<Actor* const> actors);
    bool sleeps_behind_barrier(int32_t pid);
    bool flushes(const Actor& actor, const Queue& queue) { return flushes(actor.pid(), queue); }
    bool flushes(int32_t pid, const Queue& queue);
    // Its pool_workqueues' counts together: enum wqlab_pwq_stat.
    uint64_t stat(const Queue& queue, uint32_t which);
    static const char* string(const Snapshot& snapshot, uint32_t index);
    // How many of its items max_active holds back, on all CPUs.
    uint32_t inactive(const Queue& queue);
    // The pool that its items go to from this CPU has items pending, and all its
    // workers sleep: nobody has been told.
    bool is_stalled(const Queue& queue, uint32_t cpu);
    Random& random() { return random_; }
    Fault fault() const { return fault_; }
    bool has_fault(Fault fault) const { return fault_ == fault; }
    uint32_t first_cpu() const { return wqlab_next_online_cpu(UINT32_MAX); }
    // Another online CPU; the same one if it is alone.
    uint32_t other_cpu(uint32_t cpu) const { return wqlab_next_online_cpu(cpu); }
    uint32_t online_cpus() const;
    // Those that unbound workqueues may use, of the first 64: isolcpus=, nohz_full=
    // and user space leave some out. Takes a snapshot. 0: the trial has been decided.
    uint64_t unbound_cpus();
    // Of a mask: whether it has two, and which.
    static bool has_two(uint64_t cpus) { return (cpus & (cpus - 1)) != 0; }
    static uint32_t first_of(uint64_t cpus) { return static_cast<uint32_t>(__builtin_ctzll(cpus)); }
    static uint32_t second_of(uint64_t cpus) { return first_of(cpus & (cpus - 1)); }

    // ---- by user space: 0 or errno
    int write(const char* path, const char* text);
    int read(const char* path);  // then text()
    int list(const char* path);
    const char* text() const { return text_; }

    // Where its threads may wait in the kernel: see Calls::Scope.
    Calls& calls() { return calls_; }
    // What a fault does instead of returning.
    [[noreturn]] void hang();

    // ---- for the runner
    const Check& check() const { return check_; }
    Hands& hands() { return hands_; }
    // What counts the warnings of the kernel's workqueue code: who keeps a promise
    // gives none, unless the check provokes it.
    void heed(const uint32_t& warnings) { warnings_ = &warnings; }
    void main();  // the check's thread: judges, and leaves nothing behind
    // When something that the check waited for last came true; wqlab_now().
    uint64_t progressed() const { return __atomic_load_n(&progressed_, __ATOMIC_RELAXED); }
    // Since when its instruments are being ended; 0: the check itself still runs.
    uint64_t ending_since() const { return __atomic_load_n(&ending_since_, __ATOMIC_ACQUIRE); }
    bool finished() const { return __atomic_load_n(&finished_, __ATOMIC_ACQUIRE); }
    Event& ended() { return ended_; }
    // The watcher, which must not hang itself: wait() fails from now on, gates are open.
    void give_up();
    // It, too: fails the trial, or says in its evidence, where its threads are.
    void say_where_it_hangs();
    // Threads that tell what the trial's pools do, and give stuck items company, come to help.
    void call_for_help();
    // Not even they have ended, though the trial may have.
    bool needs_help() const { return witness_.busy() || companion_.busy(); }
    // The threads run in it for ever.
    void leave_helpers();
    void destroy(Queue& queue);
    void describe_pools();

    // What there is of them so far. Any thread.
    uint32_t status() const { return status_; }
    void copy_verdict(char (&reason)[256], char (&evidence)[1536]);

private:
    friend class Actor;
    friend class Probe;
    friend class Queue;

    template <typename T, typename... Arguments>
    T* make(Arguments&&... arguments);
    void decide(uint32_t status, const char* format, __builtin_va_list arguments);
    void begin_actor(Actor& actor);
    void progress() { __atomic_store_n(&progressed_, wqlab_now(), __ATOMIC_RELAXED); }
    int ask(uint32_t kind, const char* path, const char* text);
    void open_gates();
    void clean_up();
    void keep_company();

    const Check& check_;
    const Kernel& kernel_;
    const Fault fault_;
    Random random_;
    Hands hands_;
    const uint32_t* warnings_ = nullptr;
    Rogues rogues_;
    Event changed_;
    Event ended_;
    bool finished_ = false;
    uint64_t progressed_ = wqlab_now();
    uint64_t ending_since_ = 0;
    uint64_t tickets_ = 0;
    uint32_t waiting_ = 0;
    bool given_up_ = false;
    uint32_t queue_calls_ = 0;  // of queue functions, for faults of every other one
    Probe* held_ = nullptr;  // by Fault::kQueueReorders

    struct OwnGate {
        Gate gate;
        OwnGate* next = nullptr;
    };

    // Protects the making of what is in the four lists below. They only grow while
    // the trial lasts, and are walked without it: who holds it might hang.
    NamedMutex<"wqlab trial lists"> lists_;
    Queue* queues_ = nullptr;
    Probe* probes_ = nullptr;
    Actor* actors_ = nullptr;
    OwnGate* gates_ = nullptr;
    OwnGate no_gate_;
    Box<Snapshot> snapshot_;
    unsigned char* arena_ = nullptr;
    size_t arena_used_ = 0;
    // What is handed out when there is nothing to hand out.
    Actor no_actor_{*this, "none"};
    Probe* no_probe_ = nullptr;
    Queue* no_queue_ = nullptr;
    Calls calls_;
    Helper witness_;
    Helper companion_;

    NamedMutex<"wqlab trial verdict"> verdict_;  // protects the writing of those below
    bool decided_ = false;
    uint32_t status_ = WQLAB_CHECK_PASS;
    char text_[WQLAB_STEP_TEXT_LEN] = {};
    char reason_[256] = {};
    char evidence_[1536] = {};
    size_t evidence_used_ = 0;
};

template <typename T, typename... Arguments>
T* Trial::make(Arguments&&... arguments)
{
    constexpr size_t kAlign = 64;
    constexpr size_t kArena = 1u << 20;
    const size_t at = (arena_used_ + kAlign - 1) / kAlign * kAlign;
    if (at + sizeof(T) > kArena)
        return nullptr;
    arena_used_ = at + sizeof(T);
    return new (arena_ + at) T(std::forward<Arguments>(arguments)...);
}

template <typename T, uint32_t N>
T* Trial::own()
{
    struct Several {
        T of[N];
    };
    const Mutex::Guard guard(lists_);
    Several* made = make<Several>();
    if (!made)
        skip("no memory");
    return made ? made->of : nullptr;
}

template <typename Act>
Actor& Trial::actor(const char* name, int cpu, Act act)
{
    const Mutex::Guard guard(lists_);
    using Of = ActorOf<Act>;
    Of* made = make<Of>(*this, name, act);
    if (made) {
        Result<Kthread> thread = Kthread::create<&Of::main>(*made, cpu, "wqlab_actor");
        if (thread.ok()) {
            made->thread_ = thread.take();
            made->next_ = actors_;
            __atomic_store_n(&actors_, made, __ATOMIC_RELEASE);
            made->thread_.wake();
            return *made;
        }
    }
    skip("no thread or memory for %s", name);
    no_actor_.done_ = true;
    return no_actor_;
}

template <typename Act>
bool Trial::on_cpu(uint32_t cpu, Act act)
{
    Actor& caller = actor("caller on a CPU", static_cast<int>(cpu), act);
    return wait([&] { return caller.done(); }, "a thread of its own to run on a CPU") && caller.result();
}

template <typename Condition>
bool Trial::wait(Condition condition, const char* what)
{
    const uint64_t patience = fault_ == Fault::kNone ? check_bounds::kWait : check_bounds::kWait / 10;
    constexpr uint64_t kLook = 4'000'000;  // also if nobody says that something changed
    const uint64_t deadline = wqlab_now() + patience;
    __atomic_add_fetch(&waiting_, 1, __ATOMIC_ACQ_REL);
    bool holds;
    while (!(holds = condition()) && !given_up() && wqlab_now() < deadline)
        changed_.wait(kLook);
    __atomic_sub_fetch(&waiting_, 1, __ATOMIC_ACQ_REL);
    if (holds) {
        progress();
    } else if (!decided()) {
        if (given_up())
            fail("given up while it waited for %s", what);
        else
            fail("waited %u s in vain for %s", static_cast<uint32_t>(patience / 1'000'000'000), what);
        describe_pools();
    }
    return holds;
}

}  // namespace wqlab

// In a check: if the condition does not hold, the promise is broken, and this is what was seen.
#define WANT(trial, condition, ...)         \
    do {                                    \
        if (!(condition)) {                 \
            (trial).fail(__VA_ARGS__);      \
            return;                         \
        }                                   \
    } while (false)

// Wait for it, or end the check.
#define AWAIT(trial, condition, what)                           \
    do {                                                        \
        if (!(trial).wait([&] { return (condition); }, what))   \
            return;                                             \
    } while (false)

#define SKIP_UNLESS(trial, condition, ...)  \
    do {                                    \
        if (!(condition)) {                 \
            (trial).skip(__VA_ARGS__);      \
            return;                         \
        }                                   \
    } while (false)
