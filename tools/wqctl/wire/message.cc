// SPDX-License-Identifier: GPL-2.0
#include "wire/message.hh"

#include <netlink/genl/genl.h>

#include "text/error.hh"

namespace wqctl {

namespace {

// The largest scenario within the limits fits: 32 workqueues, 64 issuers with
// a list of CPUs each.
constexpr size_t kMostBytes = 1 << 20;

void check(int error)
{
    if (error < 0)
        throw Error::usage("the scenario is too large for one netlink message; use fewer issuers or shorter CPU lists");
}

}  // namespace

Message::Message() : message_(nlmsg_alloc_size(kMostBytes))
{
    if (!message_)
        throw Error(kBad, "out of memory");
    // The headers, which address() fills in.
    if (!genlmsg_put(message_.get(), NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, 0, 0, 0))
        throw Error(kBad, "out of memory");
}

void Message::put_u32(int type, uint32_t value) { check(nla_put_u32(get(), type, value)); }
void Message::put_u64(int type, uint64_t value) { check(nla_put_u64(get(), type, value)); }
void Message::put_string(int type, const std::string& value) { check(nla_put_string(get(), type, value.c_str())); }
void Message::put_flag(int type) { check(nla_put_flag(get(), type)); }

void Message::put_u32_array(int type, const std::vector<uint32_t>& values)
{
    check(nla_put(get(), type, static_cast<int>(values.size() * sizeof(uint32_t)), values.data()));
}

void Message::put_u64_array(int type, const std::vector<uint64_t>& values)
{
    check(nla_put(get(), type, static_cast<int>(values.size() * sizeof(uint64_t)), values.data()));
}

Message::Nest::Nest(Message& message, int type)
    : message_(message.get()), start_(nla_nest_start(message_, type | NLA_F_NESTED))
{
    check(start_ ? 0 : -1);
}

Message::Nest::~Nest() { nla_nest_end(message_, start_); }

void Message::address(int family, uint8_t command, uint8_t version, int flags)
{
    nlmsghdr* header = nlmsg_hdr(get());
    header->nlmsg_type = static_cast<uint16_t>(family);
    header->nlmsg_flags = static_cast<uint16_t>(flags);
    auto* genl = static_cast<genlmsghdr*>(nlmsg_data(header));
    genl->cmd = command;
    genl->version = version;
}

Bytes Message::stream() const
{
    const nlmsghdr* header = nlmsg_hdr(message_.get());
    const auto* start = reinterpret_cast<const std::byte*>(header);
    return Bytes(start, header->nlmsg_len).subspan(NLMSG_HDRLEN + GENL_HDRLEN);
}

}  // namespace wqctl
