// SPDX-License-Identifier: GPL-2.0
// A snapshot kept in a file: what one attaches to a report. It holds names and numbers, and of memory nothing.
//
// gzip of some lines that people can read (zcat FILE | head -5), an empty one, and what the module would have sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "source/source.hh"

namespace wqctl {

constexpr uint64_t kMostPacked = uint64_t{1} << 30;  // octets of such a file

// When it was taken: seconds since 1970.
std::string save(const Info& info, const Snapshot& snapshot, const std::string& origin, int64_t taken);

class SavedSource final : public Source {
public:
    // Whether a file that begins so is one.
    static bool is_one(std::string_view bytes);
    // Refuses what is damaged, or of another version. name: the file's.
    SavedSource(std::string_view bytes, const std::string& name);

    const Info& info() override { return info_; }
    Snapshot snapshot(uint32_t sections) override;
    std::string origin() override { return origin_; }
    bool is_live() const override { return false; }

private:
    Info info_;
    Snapshot snapshot_;
    std::string origin_;
};

}  // namespace wqctl
