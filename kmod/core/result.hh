// SPDX-License-Identifier: GPL-2.0
// Errors as values: a Result must be looked at, TRY hands its error up.
#pragma once

#include <new>
#include <type_traits>
#include <utility>

namespace wqlab {

// Linux's errno numbers, as far as this module returns them.
enum class Errno : int {
    kNoEntry = 2,
    kNoMemory = 12,
    kBusy = 16,
    kNoDevice = 19,
    kInvalid = 22,
    kMessageSize = 90,
    kNotSupported = 95,
    kTimedOut = 110,
    kCanceled = 125,
};

constexpr int number(Errno error) { return static_cast<int>(error); }

// A T or an Errno. T may be move-only.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(Errno error) : error_(static_cast<int>(error)) {}
    Result(T value) : error_(0) { new (&value_) T(std::move(value)); }
    Result(Result&& other) noexcept : error_(other.error_)
    {
        if (ok())
            new (&value_) T(std::move(other.value_));
    }
    Result& operator=(Result&&) = delete;
    ~Result()
    {
        if (ok())
            value_.~T();
    }

    bool ok() const { return error_ == 0; }
    Errno error() const { return static_cast<Errno>(error_); }
    T take() { return std::move(value_); }

private:
    int error_;
    union {
        T value_;
    };
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Errno error) : error_(static_cast<int>(error)) {}

    bool ok() const { return error_ == 0; }
    Errno error() const { return static_cast<Errno>(error_); }
    void take() {}

private:
    int error_ = 0;
};

}  // namespace wqlab

// The value of a Result, or a return with its error.
#define TRY(expression)                  \
    ({                                   \
        auto try_result_ = (expression); \
        if (!try_result_.ok())           \
            return try_result_.error();  \
        try_result_.take();              \
    })
