// SPDX-License-Identifier: GPL-2.0
#include "wire/lab.hh"

#include <fmt/core.h>

#include "text/error.hh"
#include "wire/absent_module.hh"
#include "uapi/wqlab.h"

namespace wqctl {

bool Lab::is_loaded() { return GenlSocket().resolve(WQLAB_FAMILY_NAME, WQLAB_MCGRP_EVENTS).has_value(); }

Lab::Lab()
{
    const auto family = socket_.resolve(WQLAB_FAMILY_NAME, WQLAB_MCGRP_EVENTS);
    if (!family)
        throw absent_module();
    if (family->version != WQLAB_FAMILY_VERSION)
        throw Error(kUnavailable,
                    fmt::format("the wqlab module speaks version {} of its family, and this wqctl version {}",
                                family->version, WQLAB_FAMILY_VERSION),
                    "load the module and use the wqctl of the same build");
    family_ = *family;
}

void Lab::ask(uint8_t command, Message& message, const Handler& handler)
{
    socket_.request(family_.id, WQLAB_FAMILY_VERSION, command_name(command), message, handler);
}

void Lab::tell(uint8_t command, Message& message)
{
    ask(command, message, [](uint8_t, const Attributes&) {});
}

void Lab::tell(uint8_t command)
{
    Message message;
    tell(command, message);
}

void Lab::dump(uint8_t command, Message& message, const Handler& handler)
{
    socket_.request(family_.id, WQLAB_FAMILY_VERSION, command_name(command), message, handler, true);
}

Events::Events(const Lab& lab)
{
    if (lab.family().group)
        socket_.join(lab.family().group);
}

void Events::take(const Lab::Handler& handler) { socket_.drain(handler); }

}  // namespace wqctl
