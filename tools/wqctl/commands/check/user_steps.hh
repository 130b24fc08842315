// SPDX-License-Identifier: GPL-2.0
// What a check asks user space to do: files of sysfs and proc. What was written
// is put back at the end, also if that is the end of wqctl.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "system/kept_value.hh"

namespace wqctl {

class UserSteps {
public:
    // The files are below this, "" for the machine's own.
    explicit UserSteps(std::string root = {}) : root_(std::move(root)) {}
    UserSteps(const UserSteps&) = delete;
    UserSteps& operator=(const UserSteps&) = delete;

    // Errno, 0: done. kind: enum wqlab_check_step. text: what to write, and
    // afterwards what was read. EPERM: no check has business there.
    int perform(uint32_t kind, const std::string& path, std::string& text);

    static bool may_touch(const std::string& path);

private:
    int keep(const std::string& path);  // errno

    std::string root_;
    std::map<std::string, std::unique_ptr<KeptValue>> kept_;
};

}  // namespace wqctl
