// SPDX-License-Identifier: GPL-2.0
// A file that the writer wrote, as events again. Nobody vouches for it: it may be cut short, damaged or somebody
// else's, and there may be others' packets among ours.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <protozero/pbf_message.hpp>

#include "trace/event.hh"
#include "trace/perfetto/fields.hh"
#include "trace/perfetto/notes.hh"
#include "trace/perfetto/words.hh"

namespace wqctl::perfetto {

// What there is to say of a file, when it has been read.
struct ReadFile {
    bool is_recording = false;  // else nothing was found in it that we write
    bool has_end = false;       // else it was cut, or wqctl killed
    bool is_cut = false;        // in a packet
    bool is_damaged = false;    // from some packet on there are none
    uint64_t packets = 0;       // of ours
    uint64_t strange = 0;       // of ours, not understood
    bool has_another = false;   // recording, behind the first: not read
};

class Reader {
public:
    explicit Reader(EventSink& sink) : sink_(sink) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void take(std::string_view piece);
    ReadFile finish();
    const Tables& tables() const { return tables_; }

private:
    // An item that waits or runs on a track.
    struct OnTrack {
        uint64_t item = 0;
        NameId function = 0;
        WorkqueueId workqueue = 0;
        uint16_t cpu = 0;
    };
    struct Track {
        uint64_t parent = 0;
        int32_t pool = kNoPool;     // of a pool's
        WorkqueueId workqueue = 0;  // of a workqueue's
        int32_t pid = 0;            // of a worker's
        NameId comm = 0;
        OnTrack now = {};
    };
    struct TrackEventFields {
        EventType type = EventType::kNone;
        Category category = Category::kNone;
        uint64_t track = 0;
        uint64_t name = 0;
    };

    size_t take_packet(std::string_view bytes);
    void packet(std::string_view bytes);
    void clocks(protozero::data_view bytes);
    void interned(protozero::data_view bytes);
    void track_descriptor(protozero::data_view bytes);
    void track_event(protozero::data_view bytes, uint64_t time);
    void understood(const TrackEventFields& fields, uint64_t time);

    void recording(const TrackEventFields& fields, uint64_t time);
    void described(const TrackEventFields& fields);
    void on_lane(const TrackEventFields& fields, Event& event);
    void on_worker(const TrackEventFields& fields, Event& event);
    void flush(const TrackEventFields& fields, Event& event);
    void lost(const TrackEventFields& fields, Event& event);
    void rest(const TrackEventFields& fields, Event& event);
    void emit(Event& event, EventKind kind);

    NameId name_note(Note note) const { return notes_.has(note) ? name_at(strings_, notes_.string(note)) : 0; }
    static NameId name_at(const std::vector<NameId>& names, uint64_t iid)
    {
        return iid < names.size() ? names[iid] : 0;
    }
    WorkqueueId workqueue_note() const;
    EventContext context_note() const;

    EventSink& sink_;
    Tables tables_;
    ReadFile about_;
    std::string rest_;                  // of a piece: the beginning of a packet
    uint64_t base_ = 0;                 // the recording's begin, on the kernel's clock
    uint64_t last_ = 0;                 // time on our own
    std::vector<Category> categories_;  // by interned ids
    std::vector<NameId> event_names_, strings_;
    std::vector<Note> note_names_;
    std::unordered_map<NameId, WorkqueueId> labels_;
    std::unordered_map<uint64_t, Track> tracks_;
    Notes notes_;
    uint64_t latest_ = 0;
    uint64_t events_ = 0;
};

}  // namespace wqctl::perfetto
