// SPDX-License-Identifier: GPL-2.0
// The numbers of Perfetto's fields that are used here, as its protos/perfetto/trace/*.proto publish them; for
// protozero's typed builders. docs/tracing.md says how a file is made of them.
#pragma once

#include <cstdint>

namespace wqctl::perfetto {

enum class TraceField : uint32_t { kPacket = 1 };

enum class PacketField : uint32_t {
    kClockSnapshot = 6,
    kTimestamp = 8,
    kSequenceId = 10,
    kTrackEvent = 11,
    kInternedData = 12,
    kSequenceFlags = 13,
    kSystemInfo = 45,
    kTimestampClock = 58,
    kDefaults = 59,
    kTrackDescriptor = 60,
    kFirstOnSequence = 87,
};
enum SequenceFlags : uint32_t { kStateCleared = 1, kNeedsState = 2 };

enum class DefaultsField : uint32_t { kTimestampClock = 58 };

enum class EventField : uint32_t {
    kCategoryIid = 3,
    kAnnotation = 4,
    kType = 9,
    kNameIid = 10,
    kTrack = 11,
    kExtraCounterValue = 12,
    kCounterValue = 30,
    kExtraCounterTrack = 31,
    kFlow = 47,
    kTerminatingFlow = 48,
};
enum class EventType : int32_t { kNone = 0, kBegin = 1, kEnd = 2, kInstant = 3, kCounter = 4 };

enum class AnnotationField : uint32_t {
    kNameIid = 1,
    kBool = 2,
    kUint = 3,
    kInt = 4,
    kDouble = 5,
    kString = 6,
    kPointer = 7,
    kName = 10,
    kDictEntry = 11,
    kArrayValue = 12,
    kStringIid = 17,
};

enum class InternedField : uint32_t {
    kCategory = 1,
    kEventName = 2,
    kAnnotationName = 3,
    kAnnotationString = 29,
};
// EventCategory, EventName, DebugAnnotationName and InternedString are alike.
enum class InternedEntry : uint32_t { kIid = 1, kText = 2 };

enum class TrackField : uint32_t {
    kUuid = 1,
    kName = 2,
    kParent = 5,
    kCounter = 8,
    kChildOrdering = 11,
    kRank = 12,
};
enum class ChildOrdering : int32_t { kLexicographic = 1, kChronological = 2, kExplicit = 3 };
enum class CounterField : uint32_t { kUnit = 3 };
inline constexpr int32_t kUnitCount = 2;

enum class ClocksField : uint32_t { kClock = 1, kPrimary = 2 };
enum class ClockField : uint32_t { kId = 1, kTimestamp = 2, kIsIncremental = 3 };
// Up to 63 they are the kernel's, from 64 a sequence's own.
enum Clock : uint32_t { kRealtime = 1, kMonotonic = 3, kBoottime = 6, kOwn = 64 };

enum class SystemField : uint32_t { kUtsname = 1, kCpus = 8 };
enum class UtsnameField : uint32_t { kSysname = 1, kRelease = 3 };

// Of all packets of ours; a file may have others' beside them.
inline constexpr uint32_t kSequence = 7771;

}  // namespace wqctl::perfetto
