// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "source/module_source.hh"
#include "wire/lab.hh"

namespace wqctl {

Context::Context(Output& output, const std::vector<Entry>& commands) : output_(output), commands_(commands) {}

Context::~Context() = default;

Lab& Context::lab()
{
    if (!lab_)
        lab_ = std::make_unique<Lab>();
    return *lab_;
}

Source& Context::source()
{
    if (!source_)
        source_ = std::make_unique<ModuleSource>(lab());
    return *source_;
}

}  // namespace wqctl
