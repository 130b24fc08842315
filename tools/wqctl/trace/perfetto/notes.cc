// SPDX-License-Identifier: GPL-2.0
#include "trace/perfetto/notes.hh"

#include <protozero/pbf_message.hpp>

#include "trace/perfetto/fields.hh"

namespace wqctl::perfetto {

namespace {

using protozero::pbf_wire_type;
using Annotation = protozero::pbf_message<AnnotationField>;

constexpr uint32_t varint(AnnotationField field) { return tag_and_type(field, pbf_wire_type::varint); }
constexpr uint32_t bytes_of(AnnotationField field) { return tag_and_type(field, pbf_wire_type::length_delimited); }

std::string_view view(protozero::data_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

void Notes::add(protozero::data_view bytes, const std::vector<Note>& names)
{
    Note note = Note::kNone;
    Value value;
    for (Annotation one(bytes); one.next();) {
        switch (one.tag_and_type()) {
        case varint(AnnotationField::kNameIid): {
            const uint64_t iid = one.get_uint64();
            note = iid < names.size() ? names[iid] : Note::kNone;
            break;
        }
        case varint(AnnotationField::kBool):
        case varint(AnnotationField::kUint):
        case varint(AnnotationField::kInt):
        case varint(AnnotationField::kPointer): value.number = one.get_uint64(); break;
        case tag_and_type(AnnotationField::kDouble, pbf_wire_type::fixed64): value.real = one.get_double(); break;
        case bytes_of(AnnotationField::kString): value.text = view(one.get_view()); break;
        case varint(AnnotationField::kStringIid): value.string = one.get_uint64(); break;
        default: one.skip();
        }
    }
    if (note == Note::kNone)
        return;
    value.bytes = view(bytes);
    values_[index(note)] = value;
    there_ |= uint64_t{1} << index(note);
}

std::vector<std::string> Notes::list(Note note) const
{
    std::vector<std::string> all;
    if (!has(note))
        return all;
    const std::string_view bytes = values_[index(note)].bytes;
    for (Annotation list(bytes.data(), bytes.size()); list.next();) {
        if (list.tag_and_type() != bytes_of(AnnotationField::kArrayValue)) {
            list.skip();
            continue;
        }
        for (Annotation one(list.get_view()); one.next();) {
            if (one.tag_and_type() == bytes_of(AnnotationField::kString))
                all.push_back(one.get_string());
            else
                one.skip();
        }
    }
    return all;
}

Counts Notes::counts(Note note) const
{
    Counts all;
    if (!has(note))
        return all;
    const std::string_view bytes = values_[index(note)].bytes;
    for (Annotation list(bytes.data(), bytes.size()); list.next();) {
        if (list.tag_and_type() != bytes_of(AnnotationField::kDictEntry)) {
            list.skip();
            continue;
        }
        auto& [what, count] = all.emplace_back();
        for (Annotation one(list.get_view()); one.next();) {
            switch (one.tag_and_type()) {
            case bytes_of(AnnotationField::kName): what = one.get_string(); break;
            case varint(AnnotationField::kUint): count = one.get_uint64(); break;
            default: one.skip();
            }
        }
    }
    return all;
}

}  // namespace wqctl::perfetto
