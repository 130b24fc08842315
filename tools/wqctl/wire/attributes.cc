// SPDX-License-Identifier: GPL-2.0
#include "wire/attributes.hh"

#include <linux/netlink.h>

#include "text/printable.hh"

namespace wqctl {

Attributes::Attributes(Bytes stream)
{
    size_t at = 0;
    while (stream.size() - at >= sizeof(nlattr)) {
        nlattr header;
        std::memcpy(&header, stream.data() + at, sizeof header);
        if (header.nla_len < NLA_HDRLEN || header.nla_len > stream.size() - at)
            return;
        attributes_.push_back({static_cast<uint16_t>(header.nla_type & NLA_TYPE_MASK), static_cast<uint32_t>(at),
                               stream.subspan(at + NLA_HDRLEN, header.nla_len - NLA_HDRLEN)});
        at += NLA_ALIGN(header.nla_len);
        if (at > stream.size())
            return;
    }
}

const Attribute* Attributes::find(unsigned type) const
{
    for (const Attribute& attribute : attributes_)
        if (attribute.type == type)
            return &attribute;
    return nullptr;
}

namespace {
std::string up_to_nul(Bytes payload)
{
    std::string text(reinterpret_cast<const char*>(payload.data()), payload.size());
    if (const size_t end = text.find('\0'); end != std::string::npos)
        text.resize(end);
    return text;
}
}  // namespace

// What is read here ends on terminals, so no decoder need think of it; and in filters, documents and saved snapshots,
// which so have the names that are shown.
std::string Attributes::to_string(Bytes payload) { return one_line(up_to_nul(payload)); }

std::string Attributes::exact_string(unsigned type) const
{
    const Attribute* attribute = find(type);
    return attribute ? up_to_nul(attribute->payload) : std::string();
}

std::string Attributes::string(unsigned type) const
{
    const Attribute* attribute = find(type);
    return attribute ? to_string(attribute->payload) : std::string();
}

Attributes Attributes::nest(unsigned type) const
{
    const Attribute* attribute = find(type);
    return Attributes(attribute ? attribute->payload : Bytes());
}

}  // namespace wqctl
