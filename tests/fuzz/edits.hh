// SPDX-License-Identifier: GPL-2.0
// Inputs that are lists of edits: which original, then of each edit three words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/random.hh"
#include "fuzz/seeds.hh"

struct Edit {
    uint32_t how, where, what;  // is done, and with what
};

// As many as a fuzzer may want to put together.
inline constexpr size_t kMostEdits = 64;

inline uint32_t word_at(const uint8_t* data, size_t size, size_t at)
{
    uint32_t word = 0;
    if (at < size)
        std::memcpy(&word, data + at, std::min<size_t>(sizeof(word), size - at));
    return word;
}

inline uint32_t original_of(const uint8_t* data, size_t size) { return word_at(data, size, 0); }

template <typename Visit>
void for_each_edit(const uint8_t* data, size_t size, Visit visit)
{
    for (size_t at = 4, i = 0; at < size && i < kMostEdits; at += sizeof(Edit), i++)
        visit(Edit{word_at(data, size, at), word_at(data, size, at + 4), word_at(data, size, at + 8)});
}

// The first ones are of each original as it is. kinds: of edits.
inline std::vector<Seed> edit_seeds(uint32_t originals, uint32_t kinds)
{
    std::vector<Seed> seeds;
    for (uint32_t number = 0; number < 300; number++) {
        Seed seed{"edits-" + std::to_string(number), {}};
        wqlab::Random random(number);
        const auto add = [&](uint32_t word) {
            const auto* bytes = reinterpret_cast<const uint8_t*>(&word);
            seed.bytes.insert(seed.bytes.end(), bytes, bytes + sizeof(word));
        };
        add(number);
        for (uint32_t edits = number < originals ? 0 : 1 + random.below(6); edits; edits--) {
            add(random.below(kinds * 64));
            add(static_cast<uint32_t>(random.next()));
            add(static_cast<uint32_t>(random.next()));
        }
        seeds.push_back(seed);
    }
    return seeds;
}
