// SPDX-License-Identifier: GPL-2.0
// Filling netlink messages. A full message is a sticky state that is asked
// for once, at the end.
#pragma once

#include "../core/result.hh"
#include "../glue/netlink.h"

namespace wqlab {

class Filler {
public:
    explicit Filler(sk_buff* message) : message_(message) {}

    Filler& u32(int type, uint32_t value) { return bytes(type, &value, sizeof(value)); }
    Filler& u64(int type, uint64_t value, int pad)
    {
        fits_ = fits_ && wqlab_nl_put_u64(message_, type, value, pad);
        return *this;
    }
    Filler& text(int type, const char* value)
    {
        fits_ = fits_ && wqlab_nl_put_string(message_, type, value);
        return *this;
    }
    Filler& bytes(int type, const void* value, size_t size)
    {
        fits_ = fits_ && wqlab_nl_put(message_, type, value, size);
        return *this;
    }
    template <typename Fill>
    Filler& nest(int type, Fill fill)
    {
        void* start = fits_ ? wqlab_nl_nest_begin(message_, type) : nullptr;
        fits_ = start != nullptr;
        if (fits_)
            fill(*this);
        if (fits_)
            wqlab_nl_nest_end(message_, start);
        return *this;
    }

    bool fits() const { return fits_; }

private:
    sk_buff* message_;
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
    Filler fill() { return Filler(message_); }
    sk_buff* release() { return std::exchange(message_, nullptr); }

private:
    sk_buff* message_;
};

// The answer of a do: 0 or -errno. Filled again, in a larger message, while it does not fit.
template <typename Fill>
int reply(genl_info* info, uint8_t command, Fill fill)
{
    for (uint32_t size = 2048; size <= 32768; size *= 4) {
        Message message(wqlab_nl_reply_new(info, command, size));
        if (!message)
            return -static_cast<int>(Errno::kNoMemory);
        Filler filler = message.fill();
        fill(filler);
        if (filler.fits())
            return wqlab_nl_reply_send(info, message.release());
    }
    return -static_cast<int>(Errno::kMessageSize);
}

}  // namespace wqlab
