// SPDX-License-Identifier: GPL-2.0
// What protoc makes of a file with packet.proto: another reader than ours, of Perfetto's own numbers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

struct Message {
    std::multimap<std::string, std::string> values;  // numbers as text, strings without quotes
    std::multimap<std::string, Message> messages;

    const std::string* value(const std::string& name) const;
    const Message* message(const std::string& name) const;
    std::vector<std::string> all(const std::string& name) const;
};

struct Decoded {
    bool has_protoc = false;
    std::string complaint;             // protoc's
    std::vector<std::string> unknown;  // fields that are not as packet.proto has them, wire types among it
    std::vector<Message> packets;
};

Decoded decode(const std::string& file);

// A track event with its words in place of their numbers.
struct DecodedEvent {
    std::string type;  // "TYPE_SLICE_BEGIN"
    uint64_t time = 0;
    uint64_t track = 0;
    std::string category, name;
    std::map<std::string, std::string> notes;
    std::vector<std::string> flows, last_flows;
    std::vector<std::pair<uint64_t, int64_t>> counters;
};

struct DecodedTrack {
    std::string name;
    uint64_t parent = 0;
    bool is_counter = false;
};

struct DecodedTrace {
    std::vector<DecodedEvent> events;  // by time, as Perfetto sorts them
    std::map<uint64_t, DecodedTrack> tracks;
    std::string path(uint64_t track) const;  // "workqueues/events/queued"
};

DecodedTrace understand(const Decoded& decoded);
