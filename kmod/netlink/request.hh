// SPDX-License-Identifier: GPL-2.0
// What handlers share: reading a request, refusing it, answering it.
#pragma once

#include "../glue/netlink/message.h"
#include "attribute.hh"
#include "message.hh"

namespace wqlab {

// What a handler returns.
inline int code(Errno error) { return -static_cast<int>(error); }

// nullptr: the request has none.
inline const Attribute* find(genl_info* info, int type)
{
    return reinterpret_cast<const Attribute*>(wqlab_nl_attribute(info, type));
}

// Not the request's fault: what the error says whatever was asked.
int refuse(genl_info* info, Errno error);

// Says why, and which attribute it was; kNoAttribute: none.
inline constexpr int kNoAttribute = 0;
template <typename... Arguments>
int refuse(genl_info* info, int type, Errno error, const char* format, Arguments... arguments)
{
    const nlattr* attribute = type == kNoAttribute ? nullptr : wqlab_nl_attribute(info, type);
    return wqlab_nl_refuse(info, attribute, static_cast<int>(error), format, arguments...);
}

// The answer of a do: 0 or -errno. Filled again, in a larger message, while it does not fit.
template <typename Fill>
int reply(genl_info* info, uint8_t command, int pad, Fill fill)
{
    for (uint32_t size = 2048; size <= 32768; size *= 4) {
        Message message(wqlab_nl_reply_new(info, command, size));
        if (!message)
            return refuse(info, Errno::kNoMemory);
        Filler filler = message.fill(pad);
        fill(filler);
        if (filler.fits())
            return wqlab_nl_reply_send(info, message.release());
    }
    return refuse(info, Errno::kMessageSize);
}

}  // namespace wqlab
