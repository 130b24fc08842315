// SPDX-License-Identifier: GPL-2.0
// The annotations of one event, while it is read.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <protozero/data_view.hpp>

#include "trace/event.hh"
#include "trace/perfetto/words.hh"

namespace wqctl::perfetto {

class Notes {
public:
    void clear() { there_ = 0; }
    // An annotation's bytes; names: which of ours its interned name is. Throws protozero's exceptions.
    void add(protozero::data_view bytes, const std::vector<Note>& names);

    bool has(Note note) const { return there_ >> index(note) & 1; }
    // 0 and "" for what is not there, or is of another type.
    uint64_t number(Note note) const { return has(note) ? values_[index(note)].number : 0; }
    uint64_t string(Note note) const { return has(note) ? values_[index(note)].string : 0; }  // interned
    std::string_view text(Note note) const { return has(note) ? values_[index(note)].text : std::string_view(); }
    double real(Note note) const { return has(note) ? values_[index(note)].real : 0; }
    std::vector<std::string> list(Note note) const;
    Counts counts(Note note) const;

private:
    struct Value {
        uint64_t number = 0;
        uint64_t string = 0;
        double real = 0;
        std::string_view text;
        std::string_view bytes;
    };
    static size_t index(Note note) { return static_cast<size_t>(note); }

    uint64_t there_ = 0;
    static_assert(kNotes.size() <= 64);
    std::array<Value, kNotes.size()> values_;
};

}  // namespace wqctl::perfetto
