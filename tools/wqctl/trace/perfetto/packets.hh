// SPDX-License-Identifier: GPL-2.0
// Perfetto's packets, as bytes: time, interned words, whole packets only. What they say is the writer's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <protozero/pbf_builder.hpp>

#include "trace/event.hh"
#include "trace/perfetto/fields.hh"
#include "trace/perfetto/words.hh"

namespace wqctl::perfetto {

// Takes whole packets, many at a time.
using Bytes = std::function<void(std::string_view)>;

class Packets;

// Whether a packet's time is reached with it, or what happens then stands aside.
enum class Order { kInLine, kAside };

// A track event while it is filled in.
class TrackEvent {
public:
    TrackEvent& name(NameId id);
    TrackEvent& name(Category category);  // the category's word
    TrackEvent& flow(uint64_t id);
    TrackEvent& last_flow(uint64_t id);
    TrackEvent& counter(uint64_t track, int64_t value);  // beside the event, at its time
    TrackEvent& note(Note name, uint64_t value);
    TrackEvent& note_int(Note name, int64_t value);
    TrackEvent& note_double(Note name, double value);
    TrackEvent& note_pointer(Note name, uint64_t value);
    TrackEvent& note_name(Note name, NameId value);
    TrackEvent& note_workqueue(WorkqueueId value);
    TrackEvent& note_text(Note name, std::string_view value);
    TrackEvent& note_list(Note name, const std::vector<std::string>& values);
    TrackEvent& note_counts(Note name, const Counts& counts);
    TrackEvent& note_true(Note name);

private:
    friend class Packets;
    explicit TrackEvent(Packets& packets) : packets_(packets) {}
    Packets& packets_;
};

struct TrackDescription {
    uint64_t uuid = 0;
    std::string name = {};
    uint64_t parent = 0;  // 0: none
    bool is_counter = false;
    ChildOrdering children = ChildOrdering::kLexicographic;
    int32_t rank = 0;
};

class Packets {
public:
    explicit Packets(Bytes out) : out_(std::move(out)) {}

    // The first: clocks, and the words of words.hh.
    void begin(const Head& head, const Tables& tables);
    void describe(const TrackDescription& track);

    // An event; fill(TrackEvent&). In any order of time; those not in order take more bytes.
    template <typename F>
    void event(uint64_t time, EventType type, Category category, uint64_t track, F&& fill, Order order = Order::kInLine)
    {
        open(type, category, track);
        TrackEvent one(*this);
        fill(one);
        close(time, order);
    }
    void event(uint64_t time, EventType type, Category category, uint64_t track)
    {
        open(type, category, track);
        close(time, Order::kInLine);
    }
    // A counter's value as of now.
    void counter(uint64_t track, int64_t value);

    // So late that it stands behind what is written.
    bool is_late(uint64_t time) const { return time < last_; }
    void flush();

private:
    friend class TrackEvent;

    void open(EventType type, Category category, uint64_t track);
    void close(uint64_t time, Order order);
    void add_packet(const std::string& packet);
    void time(protozero::pbf_builder<PacketField>& packet, uint64_t when, Order order);
    // Interns, if that was not done, and returns the id.
    uint32_t event_name(NameId id);
    uint32_t string(NameId id);
    uint32_t workqueue_label(WorkqueueId id);
    void intern(InternedField what, uint32_t iid, std::string_view text);

    Bytes out_;
    const Tables* tables_ = nullptr;
    std::string file_;    // whole packets
    std::string packet_;  // each is one's, kept because its memory is
    std::string event_;
    std::string interned_;  // what goes with the next packet
    protozero::pbf_builder<EventField> fields_{event_};
    std::vector<uint32_t> event_names_, strings_, labels_;  // interned ids, by our own; 0: not yet
    uint32_t last_event_name_ = kCategories.size() - 1;     // those before it are the categories' words
    uint32_t last_string_ = 0;
    bool is_open_ = false;  // an event, which nothing else may be written in
    uint64_t begun_boot_ = 0;
    uint64_t last_ = 0;  // time, of a packet
};

}  // namespace wqctl::perfetto
