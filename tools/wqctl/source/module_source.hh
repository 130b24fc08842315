// SPDX-License-Identifier: GPL-2.0
// The machine as the module sees it, under the kernel's own locks.
#pragma once

#include <optional>

#include "source/source.hh"

namespace wqctl {

class Lab;

class ModuleSource final : public Source {
public:
    explicit ModuleSource(Lab& lab) : lab_(lab) {}

    const Info& info() override;
    Snapshot snapshot(uint32_t sections) override;
    std::string origin() override { return "the module"; }
    bool is_module() const override { return true; }

private:
    Lab& lab_;
    std::optional<Info> info_;
    // An older module has fewer, and refuses a request that names others.
    uint32_t known_sections_ = 0;
};

}  // namespace wqctl
