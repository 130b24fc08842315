// SPDX-License-Identifier: GPL-2.0
// What all dumps share.
#pragma once

#include "../glue/netlink.h"
#include "message.hh"

namespace wqlab {

// What a handler returns.
inline int code(Errno error)
{
    return -static_cast<int>(error);
}

// One message into the part; false: it is full.
template <typename Fill>
bool add_to_part(sk_buff* part, netlink_callback* cb, uint8_t command, Fill fill)
{
    void* header = wqlab_nl_part_begin(part, cb, command);
    if (!header)
        return false;
    Filler filler(part);
    fill(filler);
    if (!filler.fits()) {
        wqlab_nl_part_cancel(part, header);
        return false;
    }
    wqlab_nl_part_end(part, header);
    return true;
}

}  // namespace wqlab
