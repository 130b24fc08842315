// SPDX-License-Identifier: GPL-2.0
// A kernel made of bytes, as the walkers of kmod/inspect see it. Nothing holds
// it still and nothing in it is known to be there, so every read may fail.
// kmod/inspect/contract.hh says what each function is for.
#pragma once

#include <cstring>
#include <string>

#include "core/address.hh"
#include "core/result.hh"
#include "memory.hh"

namespace wqlab {

class Target {
public:
    static constexpr bool kLocked = false;

    explicit Target(const Image& image) : image_(image) {}

    Result<void> open() { return image_.memory && image_.symbols ? Result<void>() : Errno::kNoDevice; }
    Address symbol(const char* name) const { return image_.symbols->address_of(name); }
    void name_of(Address address, char* text, size_t size) const;
    Span<const uint8_t> btf() const { return image_.btf; }

    bool read(void* to, Address from, size_t size) const
    {
        // No struct lies at either end of the address space, where sums would wrap.
        return from + size >= from && image_.memory->read(to, from, size);
    }
    // 0 where nothing is.
    template <typename T>
    T load(Address from) const
    {
        T value;
        return read(&value, from, sizeof(value)) ? value : T{};
    }

    uint64_t now_ns() const { return image_.now_ns ? image_.now_ns() : 0; }
    uint64_t stamp() const { return 0; }
    uint64_t ns_since(uint64_t) const { return 0; }
    uint32_t hz() const { return 0; }
    uint64_t identity(Address address) const;
    uint64_t hash(Address address) const;

    class [[nodiscard]] RawHold {
    public:
        RawHold(const Target&, Address) {}
        RawHold(const RawHold&) = delete;
        ~RawHold() {}
    };
    class [[nodiscard]] RcuHold {
    public:
        explicit RcuHold(const Target&) {}
        RcuHold(const RcuHold&) = delete;
        ~RcuHold() {}
    };
    class [[nodiscard]] MutexTry {
    public:
        MutexTry(const Target&, Address, uint64_t&) {}
        MutexTry(const MutexTry&) = delete;
        ~MutexTry() {}

        static constexpr bool held() { return true; }
    };

    class Object {
    public:
        Object(const Target& target, Address at, uint32_t size)
            : size_(size), there_(size <= kMost && target.read(bytes_, at, size))
        {
            if (!there_)
                size_ = 0;
        }

        bool there() const { return there_; }
        // What is not in the copy reads as zero.
        template <typename T>
        T get(size_t offset) const
        {
            T value{};
            if (offset + sizeof(value) <= size_)
                std::memcpy(&value, bytes_ + offset, sizeof(value));
            return value;
        }

    private:
        static constexpr uint32_t kMost = 8192;  // with lockdep, a worker_pool has 2000

        uint32_t size_;
        bool there_;
        uint8_t bytes_[kMost];
    };

private:
    const Image image_;
};

}  // namespace wqlab
