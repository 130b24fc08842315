// SPDX-License-Identifier: GPL-2.0
#include "wire/extack.hh"

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>

#include <fmt/core.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "text/printable.hh"
#include "wire/attribute_path.hh"

namespace wqctl {

namespace {

// Offsets in an extack count from the request's first header.
constexpr uint32_t kHeaders = NLMSG_HDRLEN + GENL_HDRLEN;

void read_policy(const Attributes& policy, Refusal& refusal)
{
    if (policy.find(NL_POLICY_TYPE_ATTR_MIN_VALUE_U))
        refusal.least = policy.u64(NL_POLICY_TYPE_ATTR_MIN_VALUE_U);
    if (policy.find(NL_POLICY_TYPE_ATTR_MAX_VALUE_U))
        refusal.most = policy.u64(NL_POLICY_TYPE_ATTR_MAX_VALUE_U);
    if (policy.find(NL_POLICY_TYPE_ATTR_MAX_LENGTH))
        refusal.longest = policy.u32(NL_POLICY_TYPE_ATTR_MAX_LENGTH);
}

}  // namespace

Refusal decode_refusal(Bytes error_message, Bytes request, std::span<const AttributeName> names)
{
    Refusal refusal;
    nlmsghdr header;
    nlmsgerr error;
    if (error_message.size() < NLMSG_HDRLEN + sizeof error)
        return refusal;
    std::memcpy(&header, error_message.data(), sizeof header);
    std::memcpy(&error, error_message.data() + NLMSG_HDRLEN, sizeof error);
    refusal.error = error.error < 0 && error.error > INT_MIN ? -error.error : EIO;  // else it is none of the kernel's
    if (!(header.nlmsg_flags & NLM_F_ACK_TLVS))
        return refusal;
    // Without NLM_F_CAPPED the whole request stands between.
    size_t at = NLMSG_HDRLEN + sizeof error;
    if (!(header.nlmsg_flags & NLM_F_CAPPED) && error.msg.nlmsg_len > sizeof(nlmsghdr))
        at += NLMSG_ALIGN(error.msg.nlmsg_len - sizeof(nlmsghdr));
    if (at > error_message.size())
        return refusal;

    const Attributes details(error_message.subspan(at));
    refusal.message = one_line(details.string(NLMSGERR_ATTR_MSG));
    if (details.find(NLMSGERR_ATTR_OFFS) && details.u32(NLMSGERR_ATTR_OFFS) >= kHeaders)
        refusal.attribute = attribute_at(names, request, details.u32(NLMSGERR_ATTR_OFFS) - kHeaders);
    if (details.find(NLMSGERR_ATTR_MISS_TYPE)) {
        refusal.missing = true;
        const uint32_t nest = details.u32(NLMSGERR_ATTR_MISS_NEST) - kHeaders;
        refusal.attribute = missing_attribute(names, request, details.u32(NLMSGERR_ATTR_MISS_TYPE),
                                              details.find(NLMSGERR_ATTR_MISS_NEST) ? &nest : nullptr);
    }
    if (details.find(NLMSGERR_ATTR_POLICY))
        read_policy(details.nest(NLMSGERR_ATTR_POLICY), refusal);
    return refusal;
}

std::string Refusal::text() const
{
    std::string what = message.empty() ? std::strerror(error) : message;
    if (!attribute.empty())
        what = fmt::format("{}: {}{}", attribute, missing ? "missing: " : "", what);
    if (least && most)
        what += fmt::format(" (allowed: {} to {})", *least, *most);
    else if (most)
        what += fmt::format(" (allowed: {} at most)", *most);
    else if (least)
        what += fmt::format(" (allowed: {} at least)", *least);
    else if (longest)
        what += fmt::format(" (allowed: {} bytes at most)", *longest);
    return what;
}

Error Refusal::to_error(const std::string& command) const
{
    if (error == EPERM || error == EACCES)
        return {kUnavailable, fmt::format("the kernel refused {}: {}", command, text()),
                "needs CAP_SYS_ADMIN (run as root)"};
    // In words it would say which run or workqueue there is not; but of a refused dump 6.1 tells no words.
    if ((error == ENOENT || error == EPROTONOSUPPORT) && message.empty() &&
        !std::filesystem::exists("/sys/module/wqlab"))
        return {kUnavailable, "the wqlab module has been unloaded, and its runs with it",
                "insmod wqlab.ko, or modprobe wqlab"};
    const bool wrong_request = error == EINVAL || error == ERANGE || error == ENOENT || error == EOPNOTSUPP ||
                               error == E2BIG || error == EOVERFLOW;
    return {wrong_request ? kUsage : kBad, fmt::format("the kernel refused {}: {}", command, text())};
}

}  // namespace wqctl
