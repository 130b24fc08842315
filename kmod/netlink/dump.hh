// SPDX-License-Identifier: GPL-2.0
// What all dumps share. A dump is a cursor: it takes what there is to tell at the start, and then
// fills one message after the other, each of which fits the smallest part (NLMSG_GOODSIZE: 3.5 KiB or more).
#pragma once

#include <concepts>

#include "../glue/netlink/family.h"
#include "../glue/netlink/message.h"
#include "../core/memory.hh"
#include "request.hh"

namespace wqlab {

// int take(genl_info*): 0, or -errno, which has been said why. fill() fills one message; advance() if it fitted.
// kCommand, kPad: of its messages.
template <typename T>
concept Cursor = std::same_as<decltype(T::kCommand), const uint8_t> && std::same_as<decltype(T::kPad), const int> &&
    requires(T& cursor, const T& constant, genl_info* info, Filler& message)
{
    cursor.take(info);
    constant.finished();
    cursor.fill(message);
    cursor.advance();
};

template <Cursor T>
int dump_take(netlink_callback* cb, genl_info* info)
{
    Result<Box<T>> created = Box<T>::create();
    if (!created.ok())
        return refuse(info, created.error());
    Box<T> cursor = created.take();
    if (const int error = cursor->take(info))
        return error;
    *wqlab_nl_dump_cursor(cb) = cursor.release();
    return 0;
}

// One message into the part; false: it is full.
template <Cursor T>
bool add_to_part(sk_buff* part, netlink_callback* cb, T& cursor)
{
    void* header = wqlab_nl_part_begin(part, cb, T::kCommand);
    if (!header)
        return false;
    Filler filler(part, T::kPad);
    cursor.fill(filler);
    if (!filler.fits()) {
        wqlab_nl_part_cancel(part, header);
        return false;
    }
    wqlab_nl_part_end(part, header);
    return true;
}

template <Cursor T>
int dump_next(sk_buff* part, netlink_callback* cb)
{
    T& cursor = *static_cast<T*>(*wqlab_nl_dump_cursor(cb));
    for (; !cursor.finished(); cursor.advance())
        if (!add_to_part(part, cb, cursor))
            return wqlab_nl_part_done(part, true);
    return wqlab_nl_part_done(part, false);
}

template <Cursor T>
int dump_done(netlink_callback* cb)
{
    Box<T>::adopt(static_cast<T*>(*wqlab_nl_dump_cursor(cb)));
    return 0;
}

}  // namespace wqlab

// The handlers of a dump.
#define WQLAB_DUMP(name, cursor)                                                                                     \
    int wqlab_nl_##name##_start(netlink_callback* cb) { return wqlab_nl_dump_begin(cb, wqlab::dump_take<cursor>); }  \
    int wqlab_nl_##name##_dumpit(sk_buff* part, netlink_callback* cb) { return wqlab::dump_next<cursor>(part, cb); } \
    int wqlab_nl_##name##_done(netlink_callback* cb) { return wqlab::dump_done<cursor>(cb); }
