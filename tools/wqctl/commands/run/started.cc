// SPDX-License-Identifier: GPL-2.0
#include "commands/run/started.hh"

#include <fmt/core.h>

#include "term/json_writer.hh"

namespace wqctl {

std::string render_started(const RunState& run)
{
    return fmt::format("run {0} has started; wqctl show {0} looks at it, wqctl stop {0} ends it\n", run.id);
}

std::string started_to_json(const RunState& run)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/started/1");
        j.member("id", run.id);
        j.member("memory_bytes", run.memory_bytes);
    });
    return j.take();
}

}  // namespace wqctl
