// SPDX-License-Identifier: GPL-2.0
// Requests that wqctl never sends: the module refuses each by itself, in words, and nothing has happened.
#include <catch2/catch.hpp>

#include "commands/check/requests.hh"
#include "report/recording_requests.hh"
#include "lab.hh"
#include "text/error.hh"
#include "wire/lab.hh"

using namespace wqctl;

namespace {

// A socket that says to the module whatever it is told to.
class Raw {
public:
    // What the refusal says; "" if there was none.
    std::string say(uint8_t command, Message& message, bool dump)
    {
        try {
            socket_.request(
                family_, WQLAB_FAMILY_VERSION, command_name(command), message, [](uint8_t, const Attributes&) {}, dump);
        } catch (const Error& error) {
            return error.message;
        }
        return "";
    }

private:
    GenlSocket socket_;
    int family_ = Lab().family().id;
};

struct Command {
    uint8_t command;
    bool dump;
};

}  // namespace

TEST_CASE("a command that takes nothing refuses every attribute", "[lab]")
{
    Raw raw;
    for (const auto& [command, dump] : {Command{WQLAB_CMD_INFO, false}, Command{WQLAB_CMD_LATENCY_START, false},
                                        Command{WQLAB_CMD_LATENCY_STOP, false}, Command{WQLAB_CMD_LATENCY_GET, true},
                                        Command{WQLAB_CMD_CHECK_LIST, true}, Command{WQLAB_CMD_CHECK_GET, false},
                                        Command{WQLAB_CMD_CHECK_STOP, false}}) {
        INFO(command_name(command).name);
        Message first;
        first.put_u32(1, 7);
        CHECK_THAT(raw.say(command, first, dump), Catch::Contains("this command takes no attributes"));
        Message later;
        later.put_u32(40, 7);
        CHECK_THAT(raw.say(command, later, dump), Catch::Contains("Unknown attribute type"));
    }
    // Nothing records.
    Lab lab;
    CHECK_THAT(refusal([&] { stop_latency(lab); }), Catch::Contains("no recording"));
}

TEST_CASE("an attribute of a reply is none of the request", "[lab]")
{
    Raw raw;
    Message snapshot;
    snapshot.put_u32(WQLAB_A_SNAPSHOT_ROW_SIZE, 8);
    CHECK_THAT(raw.say(WQLAB_CMD_SNAPSHOT, snapshot, true), Catch::Contains("Unknown attribute type"));
    Message stop;
    stop.put_string(WQLAB_A_RUN_LABEL, "x");
    CHECK_THAT(raw.say(WQLAB_CMD_RUN_STOP, stop, false), Catch::Contains("Unknown attribute type"));
    Message start;
    start.put_string(WQLAB_A_CHECK_ID, "flush.says-whether-it-waited");
    start.put_string(WQLAB_A_CHECK_TITLE, "x");  // below the last one that it takes
    CHECK_THAT(raw.say(WQLAB_CMD_CHECK_START, start, false), Catch::Contains("Unsupported attribute"));
    Message sections;
    sections.put_u32(WQLAB_A_SNAPSHOT_SECTIONS, WQLAB_SECTIONS_ALL + 1);
    CHECK_THAT(raw.say(WQLAB_CMD_SNAPSHOT, sections, true), Catch::Contains("sections: reserved bit set"));
}

TEST_CASE("a refusal has the name of the attribute whatever the command", "[lab]")
{
    Raw raw;
    Message stop;
    stop.put_u32(WQLAB_A_RUN_ID, 0);
    CHECK_THAT(raw.say(WQLAB_CMD_RUN_STOP, stop, false),
               Catch::Contains("refused run-stop: id: integer out of range (allowed: 1 to 9999)"));
    Message answer;
    answer.put_u32(WQLAB_A_CHECK_STEP, 1);
    answer.put_u32(WQLAB_A_CHECK_STEP_ERROR, 5000);
    CHECK_THAT(raw.say(WQLAB_CMD_CHECK_ANSWER, answer, false),
               Catch::Contains("refused check-answer: step_error: integer out of range"));
    Message nothing;
    CHECK_THAT(raw.say(WQLAB_CMD_RUN_STOP, nothing, false), Catch::Contains("which run? its id is missing"));
}

TEST_CASE("quantiles are whole times, two at least, and of their distribution", "[lab]")
{
    Raw raw;
    // words: 32 bits each.
    const auto say = [&](uint32_t dist, const std::vector<uint32_t>& words) {
        Message start;
        start.put_u64(WQLAB_A_RUN_ITEMS, 1);
        {
            const Message::Nest workqueue(start, WQLAB_A_RUN_WORKQUEUE);
            start.put_string(WQLAB_A_WQ_NAME, "quantiles");
        }
        {
            const Message::Nest issuer(start, WQLAB_A_RUN_ISSUER);
            start.put_u32(WQLAB_A_ISSUER_ITEM, WQLAB_BODY_SPIN);
            start.put_u32(WQLAB_A_ISSUER_TIME_DIST, dist);
            if (dist != WQLAB_DIST_QUANTILES)
                start.put_u64(WQLAB_A_ISSUER_TIME, 1000);
            if (!words.empty())
                start.put_u32_array(WQLAB_A_ISSUER_TIME_QUANTILES, words);
        }
        return raw.say(WQLAB_CMD_RUN_START, start, false);
    };
    CHECK_THAT(say(WQLAB_DIST_QUANTILES, {1000, 0, 2000}),
               Catch::Contains("time_quantiles: an array of u64, of two times at least"));
    CHECK_THAT(say(WQLAB_DIST_QUANTILES, {1000, 0}),
               Catch::Contains("time_quantiles: an array of u64, of two times at least"));
    CHECK_THAT(say(WQLAB_DIST_FIXED, {1000, 0, 2000, 0}),
               Catch::Contains("time_quantiles: quantiles want their distribution"));
    CHECK_THAT(say(WQLAB_DIST_QUANTILES, {}), Catch::Contains("a time_dist of quantiles wants time_quantiles"));
    CHECK(say(WQLAB_DIST_QUANTILES, {1000, 0, 2000, 0}) == "");
}

TEST_CASE("a check is stopped, and its steps are answered, by who started it", "[lab]")
{
    Lab owner, other;
    CHECK_THAT(refusal([&] { stop_check(other); }), Catch::Contains("this socket has started no check"));
    // It waits until idle workers go, which takes minutes.
    start_check(owner, "workers.idle-ones-go", "", 1);
    CHECK_THAT(refusal([&] { stop_check(other); }), Catch::Contains("this socket has started no check"));
    CHECK_THAT(refusal([&] { answer_check(other, 1, 0, ""); }), Catch::Contains("no check of this socket waits"));
    CHECK_THAT(refusal([&] { start_check(other, "workers.idle-ones-go", "", 1); }),
               Catch::Contains("another check is running"));
    CHECK(fetch_check(other).state != WQLAB_CHECK_DONE);
    stop_check(owner);
    REQUIRE(eventually([&] { return fetch_check(owner).state == WQLAB_CHECK_DONE; }));
    const CheckState ended = fetch_check(owner);
    CHECK(ended.status == WQLAB_CHECK_SKIP);
    CHECK(ended.reason == "stopped");
    CHECK_FALSE(ended.quarantined);
    // One that has ended can be stopped: who stops it may come a moment late.
    stop_check(owner);
}
