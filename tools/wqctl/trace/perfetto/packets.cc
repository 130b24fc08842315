// SPDX-License-Identifier: GPL-2.0
#include "trace/perfetto/packets.hh"

#include <cassert>

#include "text/printable.hh"

namespace wqctl::perfetto {

namespace {

using protozero::pbf_builder;

// Written to the file at once: few calls, and little lost if wqctl is killed.
constexpr size_t kBlock = 256 << 10;

template <typename E>
constexpr auto number(E value)
{
    return static_cast<std::underlying_type_t<E>>(value);
}

}  // namespace

void Packets::add_packet(const std::string& packet)
{
    pbf_builder<TraceField>(file_).add_message(TraceField::kPacket, packet);
    if (file_.size() >= kBlock)
        flush();
}

void Packets::flush()
{
    if (!file_.empty())
        out_(file_);
    file_.clear();
}

void Packets::intern(InternedField what, uint32_t iid, std::string_view text)
{
    pbf_builder<InternedField> all(interned_);
    pbf_builder<InternedEntry> one(all, what);
    one.add_uint64(InternedEntry::kIid, iid);
    one.add_string(InternedEntry::kText, valid_utf8(text));
}

void Packets::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    begun_boot_ = head.begun_boot_ns;
    for (uint32_t i = 1; i < kCategories.size(); i++)
        for (const InternedField what : {InternedField::kCategory, InternedField::kEventName})
            intern(what, i, kCategories[i]);
    for (uint32_t i = 1; i < kNotes.size(); i++)
        intern(InternedField::kAnnotationName, i, kNotes[i]);

    packet_.clear();
    pbf_builder<PacketField> packet(packet_);
    packet.add_uint32(PacketField::kSequenceId, kSequence);
    packet.add_uint32(PacketField::kSequenceFlags, kStateCleared);
    packet.add_bool(PacketField::kFirstOnSequence, true);
    {
        pbf_builder<DefaultsField> defaults(packet, PacketField::kDefaults);
        defaults.add_uint32(DefaultsField::kTimestampClock, kOwn);
    }
    packet.add_message(PacketField::kInternedData, interned_);
    interned_.clear();
    {
        pbf_builder<ClocksField> clocks(packet, PacketField::kClockSnapshot);
        const auto clock = [&](Clock id, uint64_t now, bool is_incremental) {
            pbf_builder<ClockField> one(clocks, ClocksField::kClock);
            one.add_uint32(ClockField::kId, id);
            one.add_uint64(ClockField::kTimestamp, now);
            if (is_incremental)
                one.add_bool(ClockField::kIsIncremental, true);
        };
        clock(kBoottime, begun_boot_, false);
        if (head.begun_wall_ns)
            clock(kRealtime, head.begun_wall_ns, false);
        clock(kOwn, begun_boot_, true);
        clocks.add_uint32(ClocksField::kPrimary, kBoottime);
    }
    add_packet(packet_);

    packet_.clear();
    pbf_builder<PacketField> second(packet_);
    {
        pbf_builder<SystemField> system(second, PacketField::kSystemInfo);
        {
            pbf_builder<UtsnameField> name(system, SystemField::kUtsname);
            name.add_string(UtsnameField::kSysname, "Linux");
            name.add_string(UtsnameField::kRelease, valid_utf8(head.kernel));
        }
        system.add_uint32(SystemField::kCpus, head.cpus);
    }
    add_packet(packet_);
}

void Packets::describe(const TrackDescription& track)
{
    assert(!is_open_);
    packet_.clear();
    pbf_builder<PacketField> packet(packet_);
    packet.add_uint32(PacketField::kSequenceId, kSequence);
    {
        pbf_builder<TrackField> fields(packet, PacketField::kTrackDescriptor);
        fields.add_uint64(TrackField::kUuid, track.uuid);
        fields.add_string(TrackField::kName, valid_utf8(track.name));
        if (track.parent)
            fields.add_uint64(TrackField::kParent, track.parent);
        if (track.is_counter) {
            pbf_builder<CounterField> counter(fields, TrackField::kCounter);
            counter.add_enum(CounterField::kUnit, kUnitCount);
        } else {
            fields.add_enum(TrackField::kChildOrdering, number(track.children));
        }
        fields.add_int32(TrackField::kRank, track.rank);
    }
    add_packet(packet_);
}

// Each packet's time is the difference to the one before, on a clock of ours; where that would be negative, the time
// itself, on the kernel's.
void Packets::time(pbf_builder<PacketField>& packet, uint64_t when, Order order)
{
    if (order == Order::kAside || is_late(when)) {
        packet.add_uint64(PacketField::kTimestamp, begun_boot_ + when);
        packet.add_uint32(PacketField::kTimestampClock, kBoottime);
        return;
    }
    packet.add_uint64(PacketField::kTimestamp, when - last_);
    last_ = when;
}

void Packets::open(EventType type, Category category, uint64_t track)
{
    assert(!is_open_);
    is_open_ = true;
    event_.clear();
    fields_.add_enum(EventField::kType, number(type));
    fields_.add_uint64(EventField::kTrack, track);
    if (category != Category::kNone)
        fields_.add_uint64(EventField::kCategoryIid, number(category));
}

void Packets::close(uint64_t when, Order order)
{
    packet_.clear();
    pbf_builder<PacketField> packet(packet_);
    time(packet, when, order);
    packet.add_uint32(PacketField::kSequenceId, kSequence);
    packet.add_uint32(PacketField::kSequenceFlags, kNeedsState);
    if (!interned_.empty()) {
        packet.add_message(PacketField::kInternedData, interned_);
        interned_.clear();
    }
    packet.add_message(PacketField::kTrackEvent, event_);
    is_open_ = false;
    add_packet(packet_);
}

void Packets::counter(uint64_t track, int64_t value)
{
    open(EventType::kCounter, Category::kNone, track);
    fields_.add_int64(EventField::kCounterValue, value);
    close(last_, Order::kInLine);
}

namespace {

uint32_t& place(std::vector<uint32_t>& ids, uint32_t id)
{
    if (id >= ids.size())
        ids.resize(size_t{id} + 1);
    return ids[id];
}

}  // namespace

uint32_t Packets::event_name(NameId id)
{
    uint32_t& iid = place(event_names_, id);
    if (!iid) {
        iid = ++last_event_name_;
        intern(InternedField::kEventName, iid, id ? std::string_view(tables_->text(id)) : kNoName);
    }
    return iid;
}

uint32_t Packets::string(NameId id)
{
    uint32_t& iid = place(strings_, id);
    if (!iid) {
        iid = ++last_string_;
        intern(InternedField::kAnnotationString, iid, tables_->text(id));
    }
    return iid;
}

uint32_t Packets::workqueue_label(WorkqueueId id)
{
    uint32_t& iid = place(labels_, id);
    if (!iid) {
        iid = ++last_string_;
        intern(InternedField::kAnnotationString, iid, tables_->workqueue(id).label);
    }
    return iid;
}

TrackEvent& TrackEvent::name(NameId id)
{
    packets_.fields_.add_uint64(EventField::kNameIid, packets_.event_name(id));
    return *this;
}

TrackEvent& TrackEvent::name(Category category)
{
    packets_.fields_.add_uint64(EventField::kNameIid, number(category));
    return *this;
}

TrackEvent& TrackEvent::flow(uint64_t id)
{
    packets_.fields_.add_fixed64(EventField::kFlow, id);
    return *this;
}

TrackEvent& TrackEvent::last_flow(uint64_t id)
{
    packets_.fields_.add_fixed64(EventField::kTerminatingFlow, id);
    return *this;
}

TrackEvent& TrackEvent::counter(uint64_t track, int64_t value)
{
    packets_.fields_.add_uint64(EventField::kExtraCounterTrack, track);
    packets_.fields_.add_int64(EventField::kExtraCounterValue, value);
    return *this;
}

namespace {

using Annotation = pbf_builder<AnnotationField>;

Annotation annotation(pbf_builder<EventField>& event, Note name)
{
    Annotation one(event, EventField::kAnnotation);
    one.add_uint64(AnnotationField::kNameIid, number(name));
    return one;
}

}  // namespace

TrackEvent& TrackEvent::note(Note name, uint64_t value)
{
    annotation(packets_.fields_, name).add_uint64(AnnotationField::kUint, value);
    return *this;
}

TrackEvent& TrackEvent::note_int(Note name, int64_t value)
{
    annotation(packets_.fields_, name).add_int64(AnnotationField::kInt, value);
    return *this;
}

TrackEvent& TrackEvent::note_double(Note name, double value)
{
    annotation(packets_.fields_, name).add_double(AnnotationField::kDouble, value);
    return *this;
}

TrackEvent& TrackEvent::note_pointer(Note name, uint64_t value)
{
    annotation(packets_.fields_, name).add_uint64(AnnotationField::kPointer, value);
    return *this;
}

TrackEvent& TrackEvent::note_name(Note name, NameId value)
{
    if (value)
        annotation(packets_.fields_, name).add_uint64(AnnotationField::kStringIid, packets_.string(value));
    return *this;
}

TrackEvent& TrackEvent::note_workqueue(WorkqueueId value)
{
    if (value)
        annotation(packets_.fields_, Note::kWorkqueue)
            .add_uint64(AnnotationField::kStringIid, packets_.workqueue_label(value));
    return *this;
}

TrackEvent& TrackEvent::note_text(Note name, std::string_view value)
{
    annotation(packets_.fields_, name).add_string(AnnotationField::kString, valid_utf8(value));
    return *this;
}

TrackEvent& TrackEvent::note_list(Note name, const std::vector<std::string>& values)
{
    if (values.empty())
        return *this;
    Annotation list = annotation(packets_.fields_, name);
    for (const std::string& value : values) {
        Annotation one(list, AnnotationField::kArrayValue);
        one.add_string(AnnotationField::kString, valid_utf8(value));
    }
    return *this;
}

TrackEvent& TrackEvent::note_counts(Note name, const Counts& counts)
{
    if (counts.empty())
        return *this;
    Annotation list = annotation(packets_.fields_, name);
    for (const auto& [what, count] : counts) {
        Annotation one(list, AnnotationField::kDictEntry);
        one.add_string(AnnotationField::kName, valid_utf8(what));
        one.add_uint64(AnnotationField::kUint, count);
    }
    return *this;
}

TrackEvent& TrackEvent::note_true(Note name)
{
    annotation(packets_.fields_, name).add_bool(AnnotationField::kBool, true);
    return *this;
}

}  // namespace wqctl::perfetto
