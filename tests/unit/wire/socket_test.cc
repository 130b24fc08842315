// SPDX-License-Identifier: GPL-2.0
// Against the kernel that runs the test: of its generic netlink, the controller, which answers anybody.
#include <catch2/catch.hpp>
#include <linux/genetlink.h>
#include <optional>

#include "text/error.hh"
#include "wire/message.hh"
#include "wire/socket.hh"

using namespace wqctl;

TEST_CASE("what answers an earlier request, whose taker had enough, is not taken for an answer to the next")
{
    std::optional<GenlSocket> there;
    try {
        there.emplace();
    } catch (const Error& error) {
        WARN("SKIP " << error.message);
        return;
    }
    GenlSocket& socket = *there;
    struct Enough {};
    Message request;
    request.put_string(CTRL_ATTR_FAMILY_NAME, "nlctrl");
    // The answer is one message, that it was the last is another, and that still waits.
    CHECK_THROWS_AS(socket.request(GENL_ID_CTRL, 1, {CTRL_CMD_GETFAMILY, "getfamily", {}}, request,
                                   [](uint8_t, const Attributes&) { throw Enough(); }),
                    Enough);
    const auto found = socket.resolve("nlctrl", "notify");
    REQUIRE(found);
    CHECK(found->id == GENL_ID_CTRL);
    // And so on: nothing of it is left.
    CHECK_FALSE(socket.resolve("no such family", ""));
    CHECK(socket.resolve("nlctrl", "notify"));
}
