// SPDX-License-Identifier: GPL-2.0
// Filling netlink messages. A full message is a sticky state that is asked
// for once, at the end.
#pragma once

#include "../core/result.hh"
#include "../glue/netlink/message.h"

namespace wqlab {

class Filler {
public:
    // pad: the set's attribute that aligns 64-bit payloads where the architecture needs that; 0: it has none.
    Filler(sk_buff* message, int pad) : message_(message), pad_(pad) {}

    Filler& u32(int type, uint32_t value) { return bytes(type, &value, sizeof(value)); }
    Filler& u64(int type, uint64_t value)
    {
        fits_ = fits_ && wqlab_nl_put_u64(message_, type, value, pad_);
        return *this;
    }
    Filler& string(int type, const char* value)
    {
        fits_ = fits_ && wqlab_nl_put_string(message_, type, value);
        return *this;
    }
    Filler& bytes(int type, const void* value, size_t size)
    {
        fits_ = fits_ && wqlab_nl_put(message_, type, value, size);
        return *this;
    }
    Filler& flag(int type) { return bytes(type, nullptr, 0); }
    // Rows, and how long each is, so that a reader of another version finds its way.
    template <typename T>
    Filler& rows(int type, int row_size_type, const T* rows, size_t count)
    {
        return u32(row_size_type, sizeof(T)).bytes(type, rows, count * sizeof(T));
    }
    // Of another set, with a pad of its own.
    template <typename Fill>
    Filler& nest(int type, int pad, Fill fill)
    {
        void* start = fits_ ? wqlab_nl_nest_begin(message_, type) : nullptr;
        fits_ = start != nullptr;
        if (!fits_)
            return *this;
        Filler inner(message_, pad);
        fill(inner);
        fits_ = inner.fits();
        if (fits_)
            wqlab_nl_nest_end(message_, start);
        return *this;
    }

    bool fits() const { return fits_; }

private:
    sk_buff* message_;
    int pad_;
    bool fits_ = true;
};

// A message that is freed unless it is sent.
class Message {
public:
    explicit Message(sk_buff* message) : message_(message) {}
    Message(const Message&) = delete;
    ~Message()
    {
        if (message_)
            wqlab_nl_message_free(message_);
    }

    explicit operator bool() const { return message_ != nullptr; }
    Filler fill(int pad) { return Filler(message_, pad); }
    sk_buff* release() { return std::exchange(message_, nullptr); }

private:
    sk_buff* message_;
};

}  // namespace wqlab
