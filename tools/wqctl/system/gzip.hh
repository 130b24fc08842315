// SPDX-License-Identifier: GPL-2.0
// A file's bytes as gzip has them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wqctl {

// By how it begins.
bool is_gzip(std::string_view bytes);
std::string gzip(std::string_view bytes);

// Unpacks piece by piece. What stands one behind the other, as rotated logs are put together, is one text; zeros behind
// it are nothing.
class Gunzip {
public:
    Gunzip();
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    // Gives what is inside as far as it can be read. False: the rest is damaged.
    bool take(std::string_view packed, const std::function<void(std::string_view)>& give);
    // Whether what was taken ends where it should; else it was cut short.
    bool is_whole() const { return is_whole_; }

private:
    struct State;

    std::unique_ptr<State> state_;
    bool is_whole_ = false;
};

// All at once. Nothing: it is damaged, is cut short, or holds more than `most`.
std::optional<std::string> gunzip(std::string_view bytes, size_t most);

}  // namespace wqctl
