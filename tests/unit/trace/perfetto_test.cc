// SPDX-License-Identifier: GPL-2.0
// The file as Perfetto has to understand it, by a reader that is not ours.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "decoded.hh"
#include "recorded.hh"

using namespace wqctl;

namespace {

// Nothing if protoc is not there, which is said.
std::optional<DecodedTrace> understood(const Recorded& recorded)
{
    const Decoded decoded = decode(file_of(recorded));
    if (!decoded.has_protoc) {
        WARN("skipped: there is no protoc (scripts/setup test installs protobuf-compiler)");
        return {};
    }
    CHECK(decoded.complaint == "");
    CHECK(decoded.unknown == std::vector<std::string>{});
    REQUIRE(!decoded.packets.empty());
    return understand(decoded);
}

const DecodedEvent* find(const DecodedTrace& trace, const std::string& type, const std::string& path,
                         const std::string& name)
{
    for (const DecodedEvent& event : trace.events)
        if (event.type == type && trace.path(event.track) == path && event.name == name)
            return &event;
    return nullptr;
}

constexpr const char* kBegin = "TYPE_SLICE_BEGIN";
constexpr const char* kEnd = "TYPE_SLICE_END";
constexpr uint64_t kBoot = 5'000'000'000;

}  // namespace

TEST_CASE("every packet is as Perfetto's protos have it, and slices nest on each track")
{
    const auto trace = understood(all_sorts());
    if (!trace)
        return;
    std::map<uint64_t, std::vector<std::string>> open;
    std::set<std::string> never_opened;
    for (const DecodedEvent& event : trace->events) {
        INFO(event.type << " " << event.category << " on " << trace->path(event.track));
        REQUIRE(trace->tracks.contains(event.track));
        CHECK(trace->tracks.at(event.track).is_counter == (event.type == "TYPE_COUNTER"));
        for (const auto& [track, value] : event.counters) {
            CHECK(trace->tracks.at(track).is_counter);
            CHECK(value >= 0);
        }
        std::vector<std::string>& stack = open[event.track];
        if (event.type == kBegin) {
            CHECK(!event.name.empty());
            stack.push_back(event.category);
        } else if (event.type == kEnd) {
            REQUIRE(!stack.empty());
            // Perfetto ends the innermost slice of that category.
            CHECK(stack.back() == event.category);
            stack.pop_back();
        }
    }
}

TEST_CASE("a worker's track is below its pool's, with its items and their sleeps; a workqueue's lanes below its own")
{
    const auto trace = understood(all_sorts());
    if (!trace)
        return;
    const std::string worker = "worker pools/pool 8: unbound, CPUs 0-1/kworker/1:62 (62)";
    const DecodedEvent* run = find(*trace, kBegin, worker, "first_fn");
    REQUIRE(run);
    CHECK(run->time == kBoot + 7'000);
    CHECK(run->notes.at("item") == std::to_string(0xc));
    CHECK(run->notes.at("workqueue") == "lab");
    const DecodedEvent* sleep = find(*trace, kBegin, worker, "sleep");
    REQUIRE(sleep);
    CHECK(sleep->time == kBoot + 8'000);
    CHECK(sleep->notes.at("state") == "2");
    CHECK(find(*trace, kBegin, "worker pools/pool 9: CPU 1, BH/BH of CPU 1", "bh_fn"));
    CHECK(find(*trace, kBegin, "workqueues/lab/held back", "second_fn"));
    CHECK(find(*trace, kBegin, "workqueues/lab/queued", "second_fn"));
    const DecodedEvent* queued = find(*trace, kBegin, "workqueues/events/queued", "victim_fn");
    REQUIRE(queued);
    CHECK(queued->notes.at("queued by") == "cat");
    CHECK(queued->notes.at("pid of queuer") == "212");
    CHECK(queued->notes.at("likely caller") == "read_it");
    CHECK(queued->notes.at("asked cpu") == "1");
    const DecodedEvent* victim = find(*trace, kBegin, "worker pools/pool 2: CPU 1/kworker/1:61 (61)", "victim_fn");
    REQUIRE(victim);
    CHECK(victim->notes.at("behind") == "hog_fn");
}

TEST_CASE("in Perfetto a workqueue has the name that dump shows")
{
    Recorded it;
    it.tables.call(0xe3, "events", "events (system_wq)");
    const WorkqueueId called = it.tables.add({.name = "events", .identity = 0xe3});
    it.queue(1'000, 0xa, "called_fn", called);
    it.start(2'000, 0xa, "called_fn", called, 61);
    it.queue(3'000, 0xb, "other_fn", it.other_events);
    const auto trace = understood(it);
    if (!trace)
        return;
    CHECK(find(*trace, kBegin, "workqueues/events (system_wq)/queued", "called_fn"));
    CHECK(find(*trace, kBegin, "workqueues/events #000000e2/queued", "other_fn"));
    const DecodedEvent* run = find(*trace, kBegin, "worker pools/pool 2: CPU 1/kworker/1:61 (61)", "called_fn");
    REQUIRE(run);
    CHECK(run->notes.at("workqueue") == "events (system_wq)");
}

TEST_CASE("a flow goes from who queues to the start, and from a flusher over what it waits for to its barrier")
{
    const auto trace = understood(all_sorts());
    if (!trace)
        return;
    const auto with_flow = [&](const std::string& flow) {
        std::vector<std::string> chain;
        for (const DecodedEvent& event : trace->events) {
            const bool passes = std::count(event.flows.begin(), event.flows.end(), flow);
            const bool ends = std::count(event.last_flows.begin(), event.last_flows.end(), flow);
            if (passes || ends)
                chain.push_back(event.type.substr(5) + " " + event.category + (ends ? ", last" : ""));
        }
        return chain;
    };
    using Chain = std::vector<std::string>;
    CHECK(with_flow(std::to_string(0xb)) == Chain{"SLICE_BEGIN queue", "SLICE_BEGIN run, last"});
    CHECK(with_flow(std::to_string(0xd)) == Chain{"SLICE_BEGIN held", "SLICE_BEGIN pending", "SLICE_BEGIN run, last"});
    CHECK(with_flow(std::to_string(0xe)) == Chain{"SLICE_BEGIN held", "SLICE_END held, last"});
    CHECK(with_flow(std::to_string(0xf)) ==
          Chain{"SLICE_BEGIN flush", "SLICE_BEGIN queue", "SLICE_END run", "SLICE_BEGIN run, last"});
    // Queued by a worker in an item, of which there is an instant within; and again, when its start was lost.
    CHECK(with_flow(std::to_string(0x10)) ==
          Chain{"INSTANT ", "SLICE_BEGIN queue", "SLICE_END queue, last", "SLICE_BEGIN queue"});
}

TEST_CASE("counters go with what happens")
{
    Recorded it;
    it.queue(10, 0x1, "a_fn", it.lab, Recorded::kUnboundPool);
    it.queue(20, 0x2, "b_fn", it.lab, Recorded::kUnboundPool, true);
    it.start(30, 0x1, "a_fn", it.lab, 61, Recorded::kUnboundPool);
    it.in_worker(EventKind::kEnd, 40, 61, Recorded::kUnboundPool, 0x1);
    it.of_item(EventKind::kActivate, 50, 0x2);
    it.of_item(EventKind::kCancel, 60, 0x2);
    const auto trace = understood(it);
    if (!trace)
        return;
    std::map<std::string, std::string> steps;
    for (const DecodedEvent& event : trace->events)
        for (const auto& [track, value] : event.counters)
            steps[trace->path(track)] += std::to_string(event.time - kBoot) + ":" + std::to_string(value) + " ";
    for (const std::string of : {"workqueues/lab/", "worker pools/pool 8: unbound, CPUs 0-1/"}) {
        CHECK(steps[of + "active"] == "10:1 40:0 50:1 60:0 ");
        CHECK(steps[of + "pending"] == "10:1 30:0 50:1 60:0 ");
        CHECK(steps[of + "inactive"] == "20:1 50:0 ");
    }
}

TEST_CASE("a gap stands on the track of its CPU's lost events")
{
    const auto trace = understood(all_sorts());
    if (!trace)
        return;
    const DecodedEvent* gap = find(*trace, kBegin, "lost events/CPU 1", "lost");
    REQUIRE(gap);
    CHECK(gap->time == kBoot + 13'400);
    CHECK(gap->notes.at("events") == "42");
    const auto end = std::find_if(trace->events.begin(), trace->events.end(), [&](const DecodedEvent& event) {
        return event.type == kEnd && event.track == gap->track;
    });
    REQUIRE(end != trace->events.end());
    CHECK(end->time == kBoot + 14'000);
}

TEST_CASE("what begins or ends unseen says so")
{
    const auto trace = understood(all_sorts());
    if (!trace)
        return;
    const DecodedEvent* before = find(*trace, kBegin, "worker pools/pool 8: unbound, CPUs 0-1/kworker/1:63 (63)",
                                      "old_fn");
    REQUIRE(before);
    CHECK(before->time == kBoot);
    CHECK(before->notes.at("start") == "not seen");
    // Not before the worker's last end.
    const DecodedEvent* lost = find(*trace, kBegin, "worker pools/pool 8: unbound, CPUs 0-1/kworker/1:62 (62)",
                                    "unseen_fn");
    REQUIRE(lost);
    CHECK(lost->notes.at("start") == "not seen");
}
