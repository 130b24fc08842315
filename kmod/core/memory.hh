// SPDX-License-Identifier: GPL-2.0
// Owned memory. There is no plain new: creation can fail and says so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "result.hh"

// All that is owned comes from these two: in the module they are glue/memory.c,
// in the tool source/bytes/heap.cc. alloc() zeroes, aligns to a cache line, may
// sleep, and returns nullptr if there is no memory; node -1: on any.
extern "C" {
void* wqlab_alloc(size_t bytes, int node);
void wqlab_free(void* memory);
}

namespace wqlab {

inline constexpr int kAnyNode = -1;

// One T on the heap.
template <typename T>
class Box {
public:
    Box() = default;
    Box(Box&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Box& operator=(Box&& other) noexcept
    {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Box()
    {
        if (!object_)
            return;
        object_->~T();
        wqlab_free(object_);
    }

    template <typename... Arguments>
    static Result<Box> create_on(int node, Arguments&&... arguments)
    {
        void* memory = wqlab_alloc(sizeof(T), node);
        if (!memory)
            return Errno::kNoMemory;
        Box box;
        box.object_ = new (memory) T(std::forward<Arguments>(arguments)...);
        return box;
    }

    template <typename... Arguments>
    static Result<Box> create(Arguments&&... arguments)
    {
        return create_on(kAnyNode, std::forward<Arguments>(arguments)...);
    }

    // For what lives as long as the module: a global has no destructor to run.
    T* release() { return std::exchange(object_, nullptr); }
    static Box adopt(T* object)
    {
        Box box;
        box.object_ = object;
        return box;
    }

    T* get() const { return object_; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

private:
    T* object_ = nullptr;
};

// A fixed number of T, side by side.
template <typename T>
class Array {
public:
    Array() = default;
    Array(Array&& other) noexcept
        : elements_(std::exchange(other.elements_, nullptr)), size_(std::exchange(other.size_, 0))
    {
    }
    Array& operator=(Array&& other) noexcept
    {
        std::swap(elements_, other.elements_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Array()
    {
        for (uint32_t i = 0; i < size_; i++)
            elements_[i].~T();
        wqlab_free(elements_);
    }

    static Result<Array> create(uint32_t size, int node = kAnyNode)
    {
        Array array;
        if (size == 0)
            return array;
        array.elements_ = static_cast<T*>(wqlab_alloc(size_t{size} * sizeof(T), node));
        if (!array.elements_)
            return Errno::kNoMemory;
        for (; array.size_ < size; array.size_++)
            new (&array.elements_[array.size_]) T();
        return array;
    }

    uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](uint32_t i) { return elements_[i]; }
    const T& operator[](uint32_t i) const { return elements_[i]; }
    T* begin() { return elements_; }
    T* end() { return elements_ + size_; }
    const T* begin() const { return elements_; }
    const T* end() const { return elements_ + size_; }

private:
    T* elements_ = nullptr;
    uint32_t size_ = 0;
};

}  // namespace wqlab
