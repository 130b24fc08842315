// SPDX-License-Identifier: GPL-2.0
#include "trace/perfetto/reader.hh"

#include <algorithm>
#include <charconv>

#include <protozero/exception.hpp>
#include <protozero/varint.hpp>

namespace wqctl::perfetto {

namespace {

using protozero::data_view;
using protozero::pbf_message;
using protozero::pbf_wire_type;

// No packet of ours is a thousandth of that, and a damaged length would have all the rest wait for its end.
constexpr uint64_t kMostPacket = 16 << 20;
// Interned ids are given in turn, beginning with 1.
constexpr uint64_t kMostIids = 1 << 22;

template <typename Field>
constexpr uint32_t varint(Field field)
{
    return protozero::tag_and_type(field, pbf_wire_type::varint);
}
template <typename Field>
constexpr uint32_t bytes_of(Field field)
{
    return protozero::tag_and_type(field, pbf_wire_type::length_delimited);
}

std::string_view view(data_view bytes) { return {bytes.data(), bytes.size()}; }

template <typename T>
void put(std::vector<T>& all, uint64_t iid, T value)
{
    if (iid == 0 || iid > kMostIids)
        return;
    if (iid >= all.size())
        all.resize(std::max<size_t>(iid + 1, all.size() + all.size() / 2));
    all[iid] = value;
}

template <typename E, size_t N>
E word(std::string_view text, const std::array<std::string_view, N>& words)
{
    const auto found = std::find(words.begin() + 1, words.end(), text);
    return found == words.end() ? E{} : static_cast<E>(found - words.begin());
}

// "CPU 3"
uint32_t cpu_of(std::string_view text)
{
    uint32_t cpu = 0;
    if (text.starts_with(kCpuWord))
        text.remove_prefix(kCpuWord.size());
    std::from_chars(text.data(), text.data() + text.size(), cpu);
    return cpu;
}

}  // namespace

void Reader::take(std::string_view piece)
{
    if (about_.is_damaged)
        return;
    if (!rest_.empty()) {
        // Most of the piece stays where it is: of it, the rest gets what completes its packet.
        while (!rest_.empty() && !piece.empty()) {
            const size_t some = std::min<size_t>(piece.size(), 4096), before = rest_.size();
            rest_.append(piece.substr(0, some));
            const size_t used = take_packet(rest_);
            if (about_.is_damaged)
                return;
            if (used) {
                piece.remove_prefix(used - before);
                rest_.clear();
            } else {
                piece.remove_prefix(some);
            }
        }
    }
    while (const size_t used = take_packet(piece))
        piece.remove_prefix(used);
    rest_.append(piece);
}

// How many bytes it took; 0: it is not whole, or not one.
size_t Reader::take_packet(std::string_view bytes)
{
    constexpr uint32_t kTag = bytes_of(TraceField::kPacket);
    static_assert(kTag < 0x80);
    if (bytes.empty() || about_.is_damaged)
        return 0;
    if (static_cast<uint8_t>(bytes[0]) != kTag) {
        about_.is_damaged = true;
        return 0;
    }
    const char* at = bytes.data() + 1;
    const char* const end = bytes.data() + bytes.size();
    uint64_t length = 0;
    try {
        length = protozero::decode_varint(&at, end);
    } catch (const protozero::end_of_buffer_exception&) {
        return 0;
    } catch (const protozero::exception&) {
        length = kMostPacket + 1;
    }
    if (length > kMostPacket) {
        about_.is_damaged = true;
        return 0;
    }
    if (static_cast<uint64_t>(end - at) < length)
        return 0;
    try {
        packet({at, length});
    } catch (const protozero::exception&) {
        about_.strange++;
    }
    return static_cast<size_t>(at - bytes.data()) + length;
}

void Reader::packet(std::string_view bytes)
{
    uint64_t timestamp = 0, clock = kOwn, sequence = 0;
    data_view event, descriptor;
    // Interned words stand in any place of the packet, and are needed first.
    for (pbf_message<PacketField> one(bytes.data(), bytes.size()); one.next();) {
        switch (one.tag_and_type()) {
        case varint(PacketField::kTimestamp): timestamp = one.get_uint64(); break;
        case varint(PacketField::kTimestampClock): clock = one.get_uint64(); break;
        case varint(PacketField::kSequenceId): sequence = one.get_uint64(); break;
        case bytes_of(PacketField::kTrackEvent): event = one.get_view(); break;
        case bytes_of(PacketField::kTrackDescriptor): descriptor = one.get_view(); break;
        default: one.skip();
        }
    }
    if (sequence != kSequence || about_.has_another)
        return;
    about_.packets++;
    for (pbf_message<PacketField> one(bytes.data(), bytes.size()); one.next();) {
        switch (one.tag_and_type()) {
        case bytes_of(PacketField::kInternedData): interned(one.get_view()); break;
        case bytes_of(PacketField::kClockSnapshot): clocks(one.get_view()); break;
        default: one.skip();
        }
    }
    if (!descriptor.empty())
        track_descriptor(descriptor);
    if (event.empty())
        return;
    if (clock == kOwn)
        last_ += timestamp;
    track_event(event, clock == kOwn ? last_ : timestamp - std::min(timestamp, base_));
}

void Reader::clocks(data_view bytes)
{
    for (pbf_message<ClocksField> all(bytes); all.next();) {
        if (all.tag_and_type() != bytes_of(ClocksField::kClock)) {
            all.skip();
            continue;
        }
        uint64_t id = 0, time = 0;
        for (pbf_message<ClockField> one(all.get_view()); one.next();) {
            switch (one.tag_and_type()) {
            case varint(ClockField::kId): id = one.get_uint64(); break;
            case varint(ClockField::kTimestamp): time = one.get_uint64(); break;
            default: one.skip();
            }
        }
        if (id == kOwn && !about_.is_recording) {
            base_ = time;
            last_ = 0;
        }
    }
}

void Reader::interned(data_view bytes)
{
    for (pbf_message<InternedField> all(bytes); all.next();) {
        const auto what = all.tag();
        if (all.wire_type() != pbf_wire_type::length_delimited) {
            all.skip();
            continue;
        }
        uint64_t iid = 0;
        std::string_view text;
        for (pbf_message<InternedEntry> one(all.get_view()); one.next();) {
            switch (one.tag_and_type()) {
            case varint(InternedEntry::kIid): iid = one.get_uint64(); break;
            case bytes_of(InternedEntry::kText): text = view(one.get_view()); break;
            default: one.skip();
            }
        }
        switch (what) {
        case InternedField::kCategory: put(categories_, iid, word<Category>(text, kCategories)); break;
        case InternedField::kAnnotationName: put(note_names_, iid, word<Note>(text, kNotes)); break;
        case InternedField::kEventName: put(event_names_, iid, text == kNoName ? 0 : tables_.name(text)); break;
        case InternedField::kAnnotationString: put(strings_, iid, tables_.name(text)); break;
        }
    }
}

void Reader::track_descriptor(data_view bytes)
{
    uint64_t uuid = 0, parent = 0;
    for (pbf_message<TrackField> one(bytes); one.next();) {
        switch (one.tag_and_type()) {
        case varint(TrackField::kUuid): uuid = one.get_uint64(); break;
        case varint(TrackField::kParent): parent = one.get_uint64(); break;
        default: one.skip();
        }
    }
    tracks_[uuid].parent = parent;
}

void Reader::track_event(data_view bytes, uint64_t time)
{
    TrackEventFields fields;
    notes_.clear();
    for (pbf_message<EventField> one(bytes); one.next();) {
        switch (one.tag_and_type()) {
        case varint(EventField::kType): fields.type = static_cast<EventType>(one.get_enum()); break;
        case varint(EventField::kTrack): fields.track = one.get_uint64(); break;
        case varint(EventField::kNameIid): fields.name = one.get_uint64(); break;
        case varint(EventField::kCategoryIid): {
            const uint64_t iid = one.get_uint64();
            fields.category = iid < categories_.size() ? categories_[iid] : Category::kNone;
            break;
        }
        case bytes_of(EventField::kAnnotation): notes_.add(one.get_view(), note_names_); break;
        default: one.skip();
        }
    }
    understood(fields, time);
}

WorkqueueId Reader::workqueue_note() const
{
    const auto found = labels_.find(name_note(Note::kWorkqueue));
    return found == labels_.end() ? 0 : found->second;
}

EventContext Reader::context_note() const
{
    const auto found = std::find(kContexts.begin(), kContexts.end(), notes_.text(Note::kContext));
    return found == kContexts.end() ? EventContext::kTask : static_cast<EventContext>(found - kContexts.begin());
}

void Reader::emit(Event& event, EventKind kind)
{
    event.kind = kind;
    // A gap's end may be the recording's.
    latest_ = std::max(latest_, event.time);
    events_++;
    sink_.event(event);
}

void Reader::understood(const TrackEventFields& fields, uint64_t time)
{
    if (fields.category == Category::kRecording) {
        recording(fields, time);
        return;
    }
    if (!about_.is_recording || about_.has_end)
        return;
    Event event;
    event.time = time;
    switch (fields.category) {
    case Category::kPool:
    case Category::kWorkqueue:
    case Category::kWorker: described(fields); break;
    case Category::kQueue:
    case Category::kHeld:
    case Category::kPending: on_lane(fields, event); break;
    case Category::kRun:
    case Category::kSleep: on_worker(fields, event); break;
    case Category::kFlush: flush(fields, event); break;
    case Category::kLost: lost(fields, event); break;
    default: rest(fields, event); break;
    }
}

void Reader::recording(const TrackEventFields& fields, uint64_t time)
{
    if (fields.type == EventType::kBegin) {
        if (about_.is_recording) {
            about_.has_another = true;
            return;
        }
        Head head;
        head.version = notes_.text(Note::kVersion);
        head.kernel = notes_.text(Note::kKernel);
        head.machine = notes_.text(Note::kMachine);
        head.command = notes_.text(Note::kCommand);
        head.cpus = static_cast<uint32_t>(notes_.number(Note::kCpus));
        head.clock = notes_.text(Note::kClock);
        head.clock_error_ns = notes_.number(Note::kClockError);
        head.buffer_bytes = notes_.number(Note::kBuffer);
        head.begun_boot_ns = notes_.number(Note::kBegunBoot);
        head.begun_wall_ns = notes_.number(Note::kBegunWall);
        head.only = notes_.list(Note::kOnly);
        head.missing = notes_.list(Note::kMissing);
        about_.is_recording = true;  // nothing that throws comes between
        sink_.begin(head, tables_);
    } else if (fields.type == EventType::kEnd && about_.is_recording && !about_.has_end) {
        Tail tail;
        tail.elapsed_ns = time;
        tail.events = notes_.number(Note::kEvents);
        for (const auto& [what, count] : notes_.counts(Note::kLost))
            tail.lost.push_back({cpu_of(what), count});
        for (auto& [what, count] : notes_.counts(Note::kPassedOver))
            tail.passed_over.push_back({std::move(what), count});
        tail.ns_per_event = notes_.real(Note::kCost);
        tail.ended_by = notes_.text(Note::kEndedBy);
        tail.clocks_differ = notes_.has(Note::kClocksDiffer);
        about_.has_end = true;
        sink_.end(tail);
    }
}

// One of a file that is cut has no end: how far it goes is said instead.
ReadFile Reader::finish()
{
    about_.is_cut = !rest_.empty() && !about_.is_damaged;
    if (about_.is_recording && !about_.has_end) {
        Tail tail;
        tail.elapsed_ns = latest_;
        tail.events = events_;
        tail.ended_by = "end of file";
        sink_.end(tail);
    }
    return about_;
}

}  // namespace wqctl::perfetto
