// SPDX-License-Identifier: GPL-2.0
// An object with several owners; the last one to go ends it. Who copies one has
// one, so counting up orders nothing; going releases what its owner did to the
// object, and the last to go acquires that of all.
#pragma once

#include "../core/memory.hh"

namespace wqlab {

template <typename T>
class Shared {
public:
    Shared() = default;
    Shared(const Shared& other) : counted_(other.counted_)
    {
        if (counted_)
            __atomic_add_fetch(&counted_->owners, 1, __ATOMIC_RELAXED);
    }
    Shared(Shared&& other) : counted_(std::exchange(other.counted_, nullptr)) {}
    Shared& operator=(Shared other)
    {
        std::swap(counted_, other.counted_);
        return *this;
    }
    ~Shared()
    {
        if (counted_ && __atomic_sub_fetch(&counted_->owners, 1, __ATOMIC_ACQ_REL) == 0)
            Box<Counted>::adopt(counted_);
    }

    static Result<Shared> create()
    {
        Box<Counted> counted = TRY(Box<Counted>::create());
        Shared shared;
        shared.counted_ = counted.release();
        return shared;
    }

    T& operator*() const { return counted_->object; }
    T* operator->() const { return &counted_->object; }
    explicit operator bool() const { return counted_ != nullptr; }

private:
    struct Counted {
        uint32_t owners = 1;
        T object;
    };

    Counted* counted_ = nullptr;
};

}  // namespace wqlab
