// SPDX-License-Identifier: GPL-2.0
// A file that is replaced again and again, by who goes on where that fails: what reads it need not be there yet.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace wqctl {

class RenewedFile {
public:
    explicit RenewedFile(std::string path) : path_(std::move(path)) {}

    // As replace_file(). Returns why that failed, in words for whoever waits for the file; "" if it did not, or if this
    // was said the last time.
    std::string renew(std::string_view text);

private:
    std::string path_;
    std::string trouble_;  // of the last time
};

}  // namespace wqctl
