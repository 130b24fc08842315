// SPDX-License-Identifier: GPL-2.0
// The kernel that the module runs in, as the walkers of inspect/ see it: loads,
// its own locks, its own symbols. inspect/contract.hh says what each is for.
#pragma once

#include "../core/address.hh"
#include "../core/result.hh"
#include "../core/span.hh"
#include "../glue/inspect.h"
#include "../glue/rcu.h"
#include "../glue/symbols.h"
#include "../glue/time.h"
#include "clock.hh"

namespace wqlab {

class Target {
public:
    static constexpr bool kLocked = true;

    Target() = default;
    Target(const Target&) = delete;
    ~Target() { wqlab_symbols_exit(); }

    Result<void> open()
    {
        if (const int error = wqlab_symbols_init())
            return static_cast<Errno>(-error);
        return {};
    }

    Address symbol(const char* name) const { return wqlab_symbol(name); }
    void name_of(Address address, char* name, size_t size) const { wqlab_symbol_name(address, name, size); }
    Span<const uint8_t> btf() const
    {
        const Address start = symbol("__start_BTF"), stop = symbol("__stop_BTF");
        if (!start || stop <= start)
            return {};
        return {reinterpret_cast<const uint8_t*>(start), stop - start};
    }

    bool read(void* to, Address from, size_t size) const { return wqlab_peek(to, from, size); }
    template <typename T>
    T load(Address from) const
    {
        return *reinterpret_cast<const volatile T*>(from);
    }

    uint64_t now_ns() const { return wqlab_now(); }
    uint64_t stamp() const { return Clock::stamp(); }
    uint64_t ns_since(uint64_t stamp) const { return Clock::ns_since(stamp); }
    uint32_t hz() const { return wqlab_hz(); }
    uint64_t identity(Address address) const { return wqlab_identity(address); }
    uint64_t hash(Address address) const { return wqlab_hash(address); }

    class [[nodiscard]] MutexTry {
    public:
        MutexTry(const Target&, Address lock, uint64_t& left_ns)
            : lock_(lock), held_(wqlab_lock_mutex_within(lock, &left_ns))
        {
        }
        MutexTry(const MutexTry&) = delete;
        ~MutexTry()
        {
            if (held_)
                wqlab_unlock_mutex_at(lock_);
        }

        bool held() const { return held_; }

    private:
        Address lock_;
        bool held_;
    };

    class [[nodiscard]] RawHold {
    public:
        RawHold(const Target&, Address lock) : lock_(lock), flags_(wqlab_lock_raw(lock)) {}
        RawHold(const RawHold&) = delete;
        ~RawHold() { wqlab_unlock_raw(lock_, flags_); }

    private:
        Address lock_;
        unsigned long flags_;
    };

    class [[nodiscard]] RcuHold {
    public:
        explicit RcuHold(const Target&) { wqlab_rcu_read_lock(); }
        RcuHold(const RcuHold&) = delete;
        ~RcuHold() { wqlab_rcu_read_unlock(); }
    };

    class Object {
    public:
        Object(const Target&, Address at, uint32_t) : at_(at) {}

        static constexpr bool there() { return true; }
        template <typename T>
        T get(size_t offset) const
        {
            return *reinterpret_cast<const volatile T*>(at_ + offset);
        }

    private:
        Address at_;
    };
};

}  // namespace wqlab
