// SPDX-License-Identifier: GPL-2.0
// What the module says about itself and its kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wqctl {

// A section of a snapshot, or (0) latency.
struct View {
    uint32_t section = 0;
    std::vector<std::string> lacks;                 // symbols and fields; none: the view is available
    std::vector<std::string> missing_columns = {};  // the same, without which it lacks a column
};

struct Info {
    std::string module_version;
    std::string release;
    uint32_t features = 0;  // enum wqlab_feature
    uint32_t wq_flags = 0;  // enum wqlab_wq_flag that this kernel has
    uint32_t lacks = 0;     // enum wqlab_lack; core/lacks.hh has the words
    uint32_t sub_bits = 0;  // of the histograms
    std::vector<std::string> system_workqueues;
    std::vector<std::pair<std::string, uint64_t>> limits;
    std::vector<View> views;

    bool has(uint32_t feature) const { return features & feature; }

    std::optional<uint64_t> limit(std::string_view name) const
    {
        for (const auto& [key, value] : limits)
            if (key == name)
                return value;
        return {};
    }
};

}  // namespace wqctl
