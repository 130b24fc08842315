// SPDX-License-Identifier: GPL-2.0
// Rows that are counted while they are copied: room is made where one may
// sleep, rows are added where one may not.
#pragma once

#include "../core/memory.hh"
#include "../core/mix.hh"

namespace wqlab {

template <typename T>
class Table {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    Table() = default;
    Table(const Table&) = delete;
    ~Table() { wqlab_free(rows_); }

    // Room for so many more. Sleeps.
    Result<void> reserve(uint32_t more)
    {
        if (more <= capacity_ - size_)
            return {};
        const uint32_t capacity = (size_ + more) + (size_ + more) / 2;
        T* rows = static_cast<T*>(wqlab_alloc(size_t{capacity} * sizeof(T), kAnyNode));
        if (!rows)
            return Errno::kNoMemory;
        if (size_)
            __builtin_memcpy(rows, rows_, size_t{size_} * sizeof(T));
        wqlab_free(rows_);
        rows_ = rows;
        capacity_ = capacity;
        return {};
    }

    // nullptr: no room. The row is zeroed. Any context.
    T* add()
    {
        if (size_ == capacity_)
            return nullptr;
        T* row = &rows_[size_++];
        *row = T{};
        return row;
    }

    // Takes rows in that were written to end(), where there is room for them.
    void grow(uint32_t rows) { size_ += rows; }

    // Forgets what came after the first rows.
    void cut_to(uint32_t rows) { size_ = rows; }

    // Makes room. Sleeps.
    Result<T*> append()
    {
        TRY(reserve(1));
        return add();
    }

    bool full() const { return size_ == capacity_; }
    uint32_t room() const { return capacity_ - size_; }
    uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](uint32_t i) { return rows_[i]; }
    const T& operator[](uint32_t i) const { return rows_[i]; }
    T* begin() { return rows_; }
    T* end() { return rows_ + size_; }
    const T* begin() const { return rows_; }
    const T* end() const { return rows_ + size_; }

private:
    T* rows_ = nullptr;
    uint32_t size_ = 0;
    uint32_t capacity_ = 0;
};

// Numbers by address.
class AddressMap {
public:
    static constexpr uint32_t kNone = UINT32_MAX;

    // Room for so many in all. Sleeps; those put in before stay.
    Result<void> reserve(uint32_t entries)
    {
        if (entries * 2 <= slots_.size())
            return {};
        uint32_t size = 64;
        while (size < entries * 2)
            size *= 2;
        Array<Slot> old = TRY(Array<Slot>::create(size));
        std::swap(old, slots_);
        for (const Slot& slot : old)
            if (slot.address)
                find(slot.address) = slot;
        return {};
    }

    // Not 0, and reserve() has made room.
    void put(uintptr_t address, uint32_t number) { find(address) = {address, number}; }

    uint32_t get(uintptr_t address) const
    {
        if (!address || slots_.empty())
            return kNone;
        const Slot& slot = const_cast<AddressMap*>(this)->find(address);
        return slot.address ? slot.number : kNone;
    }

private:
    struct Slot {
        uintptr_t address = 0;
        uint32_t number = 0;
    };

    Slot& find(uintptr_t address)
    {
        const uint32_t mask = slots_.size() - 1;
        uint32_t at = static_cast<uint32_t>(mixed(address)) & mask;
        while (slots_[at].address && slots_[at].address != address)
            at = (at + 1) & mask;
        return slots_[at];
    }

    Array<Slot> slots_;
};

}  // namespace wqlab
