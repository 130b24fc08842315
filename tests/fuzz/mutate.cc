// SPDX-License-Identifier: GPL-2.0
#include "mutate.hh"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace {

class Mutation {
public:
    Mutation(Bytes bytes, const Bytes& other, wqlab::Random& random)
        : bytes_(std::move(bytes)), other_(other), random_(random)
    {
    }

    void apply()
    {
        using Step = void (Mutation::*)();
        static constexpr Step kSteps[] = {
            &Mutation::truncate,
            &Mutation::flip_bit,
            &Mutation::set_byte,
            &Mutation::hostile_word,
            &Mutation::near_word,
            &Mutation::small_word,
            &Mutation::info,
            &Mutation::header,
            &Mutation::copy_word,
            &Mutation::splice,
            &Mutation::repeat,
            &Mutation::remove,
            // Inputs that are mostly right get further, so what is small is done more often.
            &Mutation::flip_bit,
            &Mutation::near_word,
            &Mutation::small_word,
            &Mutation::info,
            &Mutation::copy_word,
        };
        (this->*kSteps[random_.below(std::size(kSteps))])();
    }

    Bytes take() { return std::move(bytes_); }

private:
    // Any index below size, but not beyond it; 0 when there is nothing.
    size_t below(size_t size) { return size ? random_.below(static_cast<uint32_t>(size)) : 0; }
    size_t some_word() { return below(bytes_.size() / 4) * 4; }

    uint32_t word(size_t at) const
    {
        uint32_t value = 0;
        if (at + 4 <= bytes_.size())
            std::memcpy(&value, bytes_.data() + at, 4);
        return value;
    }
    void set_word(size_t at, uint32_t value)
    {
        if (at + 4 <= bytes_.size())
            std::memcpy(bytes_.data() + at, &value, 4);
    }

    void truncate() { bytes_.resize(below(bytes_.size())); }
    void flip_bit()
    {
        if (!bytes_.empty())
            bytes_[below(bytes_.size())] ^= static_cast<uint8_t>(1u << random_.below(8));
    }
    void set_byte()
    {
        if (!bytes_.empty())
            bytes_[below(bytes_.size())] = static_cast<uint8_t>(random_.next());
    }
    void hostile_word() { set_word(some_word(), hostile()); }
    void near_word()
    {
        const size_t at = some_word();
        set_word(at, word(at) + random_.below(9) - 4);
    }
    void small_word() { set_word(some_word(), random_.below(64)); }
    // A record's second word: flag, kind, count.
    void info()
    {
        const uint32_t count = random_.below(1u << random_.below(25));
        set_word(some_word(), random_.below(2) << 31 | random_.below(22) << 24 | count);
    }
    void header()
    {
        const size_t at = random_.below(8) * 4;
        set_word(at, random_.percent(50) ? hostile() : word(at) + random_.below(65) - 32);
    }
    void copy_word() { set_word(some_word(), word(some_word())); }
    void splice()
    {
        const size_t from = below(other_.size()), size = below(std::min<size_t>(other_.size() - from, 256));
        const size_t to = below(bytes_.size());
        if (random_.percent(50)) {
            bytes_.insert(bytes_.begin() + to, other_.begin() + from, other_.begin() + from + size);
        } else {
            const size_t fits = std::min(size, bytes_.size() - to);
            std::copy_n(other_.begin() + from, fits, bytes_.begin() + to);
        }
    }
    void repeat()
    {
        const size_t from = some_word(), size = below(std::min<size_t>(bytes_.size() - from, 512)) & ~size_t{3};
        const Bytes block(bytes_.begin() + from, bytes_.begin() + from + size);
        for (uint32_t times = 1 + random_.below(16); times; times--)
            bytes_.insert(bytes_.begin() + from, block.begin(), block.end());
    }
    void remove()
    {
        const size_t from = some_word(), size = below(std::min<size_t>(bytes_.size() - from, 64)) & ~size_t{3};
        bytes_.erase(bytes_.begin() + from, bytes_.begin() + from + size);
    }

    uint32_t hostile()
    {
        static constexpr uint32_t kValues[] = {0,          1,        0x7fffffff, 0x80000000, 0xffffffff,
                                               0xfffffffc, 0xffffff, 0x1000000,  0xffff};
        if (random_.percent(30))
            return static_cast<uint32_t>(bytes_.size()) + random_.below(65) - 32;
        return random_.percent(80) ? kValues[random_.below(std::size(kValues))] : static_cast<uint32_t>(random_.next());
    }

    Bytes bytes_;
    const Bytes& other_;
    wqlab::Random& random_;
};

}  // namespace

Bytes mutated(Bytes bytes, const Bytes& other, wqlab::Random& random, size_t most)
{
    Mutation mutation(std::move(bytes), other, random);
    for (uint32_t steps = 1 + random.below(6); steps; steps--)
        mutation.apply();
    Bytes result = mutation.take();
    result.resize(std::min(result.size(), most));
    return result;
}
