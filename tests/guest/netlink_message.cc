// SPDX-License-Identifier: GPL-2.0
#include "netlink_message.hh"

#include <algorithm>
#include <cstring>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "netlink_damage.hh"
#include "uapi/wqlab.h"

namespace {

using wqlab::Random;

struct Headers {
    nlmsghdr netlink{};
    genlmsghdr generic{};
};

Octets message_of(const Headers& headers, const Octets& attributes)
{
    Octets octets;
    append(octets, &headers.netlink, sizeof headers.netlink);
    append(octets, &headers.generic, sizeof headers.generic);
    append(octets, attributes.data(), attributes.size());
    return octets;
}

// Who says what is wrong with it is the kernel, in words or not, or nobody.
const char* damage_headers(Octets& message, Random& random)
{
    Headers headers;
    std::memcpy(&headers, message.data(), sizeof headers);
    const char* what = "";
    switch (random.below(7)) {
    case 0:
        what = "cut short";
        message.resize(1 + random.below(static_cast<uint32_t>(message.size())));
        return what;
    case 1:
        what = "wrong message length";
        headers.netlink.nlmsg_len = random.below(3) ? random.below(24) : static_cast<uint32_t>(random.next());
        break;
    case 2:
        what = "unknown command";
        headers.generic.cmd = static_cast<uint8_t>(random.below(4) ? WQLAB_CMD_MAX + 1 + random.below(100) : 0);
        break;
    case 3:
        what = "odd generic header";
        headers.generic.version = static_cast<uint8_t>(random.next());
        headers.generic.reserved = static_cast<uint16_t>(random.next());
        break;
    case 4:
        what = "odd flags";
        headers.netlink.nlmsg_flags = static_cast<uint16_t>(random.next());
        break;
    case 5:
        what = "nobody's type";
        headers.netlink.nlmsg_type = random.below(2) ? 0xffff : static_cast<uint16_t>(random.below(NLMSG_MIN_TYPE));
        break;
    default:
        what = "headers only";
        message.resize(NLMSG_HDRLEN + random.below(GENL_HDRLEN));
        headers.netlink.nlmsg_len = static_cast<uint32_t>(message.size());
    }
    std::memcpy(message.data(), &headers, std::min(sizeof headers, message.size()));
    return what;
}

// Those that cost the machine most are asked for least.
const Request& pick_request(Random& random)
{
    for (;;) {
        const Request& request = requests()[random.below(static_cast<uint32_t>(requests().size()))];
        const bool slow = request.command == WQLAB_CMD_LATENCY_START || request.command == WQLAB_CMD_LATENCY_STOP;
        const bool less_slow = request.command == WQLAB_CMD_TRACE_START || (request.dumps && !request.does);
        if (random.below(slow ? 16 : less_slow ? 4 : 1) == 0)
            return request;
    }
}

// One in how many of its kind is enough: what may be granted, and then keeps a slow machine as busy as some hundred
// others.
uint32_t rarity(const Made& made, uint32_t thrift)
{
    if (made.must_refuse)
        return 1;
    switch (made.request->command) {
    case WQLAB_CMD_RUN_START:
    case WQLAB_CMD_CHECK_LIST:
    case WQLAB_CMD_CHECK_START: return std::max(thrift / 4, 1U);
    case WQLAB_CMD_SNAPSHOT:
    case WQLAB_CMD_LATENCY_START:
    case WQLAB_CMD_LATENCY_STOP:
    case WQLAB_CMD_TRACE_START: return thrift;
    default: return 1;
    }
}

}  // namespace

Octets Maker::datagram(const Made& made, const Octets& attributes, uint32_t sequence) const
{
    Headers headers;
    headers.netlink = {static_cast<uint32_t>(sizeof headers + attributes.size()), family_,
                       static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | (made.dump ? NLM_F_DUMP : 0)), sequence, 0};
    headers.generic = {made.request->command, WQLAB_FAMILY_VERSION, 0};
    return message_of(headers, attributes);
}

Made Maker::plain(const Request& request, bool dump, uint32_t sequence) const
{
    Made made;
    made.request = &request;
    made.dump = dump;
    made.octets = datagram(made, {}, sequence);
    return made;
}

std::optional<Made> Maker::sequel(const Request& granted, uint32_t sequence)
{
    static constexpr struct {
        uint8_t first, then;
    } kSequels[] = {{WQLAB_CMD_RUN_START, WQLAB_CMD_RUN_RELEASE},  {WQLAB_CMD_RUN_START, WQLAB_CMD_RUN_STOP},
                    {WQLAB_CMD_RUN_START, WQLAB_CMD_RUN_GET},      {WQLAB_CMD_RUN_GET, WQLAB_CMD_RUN_FORGET},
                    {WQLAB_CMD_RUN_STOP, WQLAB_CMD_RUN_FORGET},    {WQLAB_CMD_LATENCY_START, WQLAB_CMD_LATENCY_STOP},
                    {WQLAB_CMD_CHECK_START, WQLAB_CMD_CHECK_STOP}, {WQLAB_CMD_TRACE_START, WQLAB_CMD_TRACE_STOP}};
    std::vector<const Request*> fit;
    for (const auto& sequel : kSequels)
        for (const Request& request : requests())
            if (sequel.first == granted.command && sequel.then == request.command)
                fit.push_back(&request);
    if (fit.empty() || sequels_.below(2))
        return std::nullopt;
    Made made;
    made.request = fit[sequels_.below(static_cast<uint32_t>(fit.size()))];
    made.octets = datagram(made, octets_of(named(made.request->attributes, run_)), sequence);
    return made;
}

Made Maker::make(uint32_t sequence)
{
    for (;;) {
        Made made = any(sequence);
        if (random_.below(rarity(made, thrift_)) == 0)
            return made;
    }
}

Made Maker::any(uint32_t sequence)
{
    const Request& request = pick_request(random_);
    Made made;
    made.request = &request;
    made.dump = request.dumps && (!request.does || random_.below(2));
    const bool plain = random_.below(3) == 0;
    Nodes nodes = plain && request.command == WQLAB_CMD_RUN_START     ? plain_run(request.attributes, random_)
                  : plain && request.command == WQLAB_CMD_TRACE_START ? plain_trace(request.attributes)
                  : plain && request.command == WQLAB_CMD_CHECK_START ? plain_check(request.attributes)
                                                                      : good_nodes(request.attributes, random_, run_);
    bool sure = true;
    uint32_t inflicted = 0;
    for (uint32_t left = random_.below(4) ? 1 + random_.below(6) / 4 : 0; left; left--) {
        const Damage& damage = damages()[random_.below(static_cast<uint32_t>(damages().size()))];
        if (!damage.inflict(nodes, random_))
            continue;
        made.damage += (inflicted++ ? ", " : "") + std::string(damage.name);
        sure = sure && damage.sure;
    }
    made.must_refuse = inflicted == 1 && sure;

    Octets attributes = octets_of(nodes);
    if (attributes.size() > kMostOctets) {
        attributes.resize(kMostOctets);
        made.damage += (inflicted++ ? ", " : "") + std::string("cut to fit");
        made.must_refuse = false;
    }
    if (random_.below(20) == 0) {
        attributes.resize(attributes.size() + 1 + random_.below(3));
        made.damage += (inflicted++ ? ", " : "") + std::string("trailing bytes");
        made.must_refuse = inflicted == 1;
    }
    made.octets = datagram(made, attributes, sequence);
    if (random_.below(10) == 0) {
        made.damage = damage_headers(made.octets, random_);
        made.whole = made.must_refuse = false;
    } else if (random_.below(12) == 0) {
        // Several in one datagram, of which the second dump comes too early.
        const Octets once = made.octets;
        for (uint32_t n = 1 + random_.below(3); n; n--) {
            pad(made.octets);
            append(made.octets, once.data(), once.size());
        }
        made.damage += (made.damage.empty() ? "" : ", ") + std::string("several at once");
        made.whole = false;
    }
    return made;
}
