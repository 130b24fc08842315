// SPDX-License-Identifier: GPL-2.0
#include "system/idle_time.hh"

#include <sstream>

#include "system/files.hh"

namespace wqctl {

std::optional<uint64_t> idle_ns(const std::string& root)
{
    // "cpu  user nice system idle iowait …", in a unit that user space is promised: 10 ms.
    const auto line = read_line(root + "/proc/stat");
    if (!line)
        return {};
    std::istringstream words(*line);
    std::string cpu;
    uint64_t user = 0;
    uint64_t nice = 0;
    uint64_t system = 0;
    uint64_t idle = 0;
    uint64_t iowait = 0;
    if (!(words >> cpu >> user >> nice >> system >> idle >> iowait) || cpu != "cpu")
        return {};
    return (idle + iowait) * 10'000'000;
}

}  // namespace wqctl
