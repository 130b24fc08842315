// SPDX-License-Identifier: GPL-2.0
// Waiting and excluding, over the kernel's completion and mutex.
#pragma once

#include "../glue/sync.h"
#include "layout.h"

namespace wqlab {

// Storage of a kernel type that C++ never sees, of the size that C measured.
template <typename Kernel, size_t Size>
class Opaque {
public:
    Kernel* get() { return reinterpret_cast<Kernel*>(bytes_); }

private:
    alignas(8) unsigned char bytes_[Size];
};

// Counts signals; each wait consumes one. A spurious wait is harmless to
// users: they look at their condition again.
class Event {
public:
    Event() { wqlab_event_init(completion_.get()); }
    Event(const Event&) = delete;

    static constexpr uint64_t kForEver = UINT64_MAX;

    void signal() { wqlab_event_signal(completion_.get()); }
    bool wait(uint64_t ns = kForEver) { return wqlab_event_wait(completion_.get(), ns); }

private:
    Opaque<completion, WQLAB_SIZEOF_COMPLETION> completion_;
};

// Closed at first. Once open, nobody waits.
class Gate {
public:
    Gate() { wqlab_event_init(completion_.get()); }
    Gate(const Gate&) = delete;

    void open() { wqlab_gate_open(completion_.get()); }  // any context
    void close() { wqlab_gate_close(completion_.get()); }
    // False: it did not open within ns.
    bool wait(uint64_t ns) { return wqlab_event_wait(completion_.get(), ns); }
    void pass() { wait(Event::kForEver); }

private:
    Opaque<completion, WQLAB_SIZEOF_COMPLETION> completion_;
};

// Made as a NamedMutex.
class Mutex {
public:
    Mutex(const Mutex&) = delete;
    ~Mutex() { wqlab_mutex_destroy(mutex_.get()); }

    class [[nodiscard]] Guard {
    public:
        explicit Guard(Mutex& mutex) : mutex_(mutex) { wqlab_mutex_lock(mutex_.mutex_.get()); }
        Guard(const Guard&) = delete;
        ~Guard() { wqlab_mutex_unlock(mutex_.mutex_.get()); }

    private:
        Mutex& mutex_;
    };

    // In a worker, where others may hold it for long.
    class [[nodiscard]] PatientGuard {
    public:
        explicit PatientGuard(Mutex& mutex) : mutex_(mutex) { wqlab_mutex_lock_patiently(mutex_.mutex_.get()); }
        PatientGuard(const PatientGuard&) = delete;
        ~PatientGuard() { wqlab_mutex_unlock(mutex_.mutex_.get()); }

    private:
        Mutex& mutex_;
    };

protected:
    Mutex(const char* name, lock_class_key* lock_class) { wqlab_mutex_init(mutex_.get(), name, lock_class); }

private:
    Opaque<mutex, WQLAB_SIZEOF_MUTEX> mutex_;
};

template <size_t Size>
struct LockName {
    consteval LockName(const char (&name)[Size])
    {
        for (size_t i = 0; i < Size; i++)
            text[i] = name[i];
    }
    char text[Size];
};

// Mutexes of one name are one class to lockdep.
template <LockName Name>
class NamedMutex : public Mutex {
public:
    NamedMutex() : Mutex(Name.text, class_.get()) {}

private:
    static inline constinit Opaque<lock_class_key, WQLAB_SIZEOF_LOCK_CLASS> class_ = {};
};

}  // namespace wqlab
