// SPDX-License-Identifier: GPL-2.0
#include "dumps/kallsyms_writer.hh"

#include <algorithm>
#include <cstring>

namespace {

class Writer {
public:
    explicit Writer(uint64_t at) : at_(at) {}

    uint64_t here(size_t alignment)
    {
        bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
        return at_ + bytes.size();
    }
    template <typename T>
    void put(T value)
    {
        const auto* from = reinterpret_cast<const uint8_t*>(&value);
        bytes.insert(bytes.end(), from, from + sizeof(value));
    }

    std::vector<uint8_t> bytes;

private:
    uint64_t at_;
};

// A token for each character, one for a word that is in many names, and the rest for nothing.
constexpr uint8_t kWork = 1;
std::string token(unsigned number)
{
    if (number == kWork)
        return "work";
    return number > ' ' && number < 127 ? std::string(1, static_cast<char>(number)) : "q" + std::to_string(number);
}

std::vector<uint8_t> compressed(const std::string& name)
{
    std::vector<uint8_t> tokens = {'d'};
    for (size_t i = 0; i < name.size(); i++) {
        const bool is_work = name.compare(i, 4, "work") == 0;
        tokens.push_back(is_work ? kWork : static_cast<uint8_t>(name[i]));
        i += is_work ? 3 : 0;
    }
    return tokens;
}

}  // namespace

KallsymsImage write_kallsyms(uint64_t at, const std::vector<std::pair<std::string, uint64_t>>& symbols,
                             KallsymsForm form, bool offsets_first)
{
    KallsymsImage image{};
    Writer out(at);
    uint64_t base = ~uint64_t{0};
    for (const auto& [name, address] : symbols)
        if (address >> 32)
            base = std::min(base, address);
    const auto put_offsets = [&] {
        image.offsets = out.here(8);
        for (const auto& [name, address] : symbols) {
            const uint64_t place = out.here(4);
            const bool is_per_cpu = !(address >> 32);
            out.put(static_cast<uint32_t>(form == KallsymsForm::kPlaceRelative  ? address - place
                                          : form == KallsymsForm::kBaseRelative ? address - base
                                          : is_per_cpu                          ? address
                                                                                : base - 1 - address));
        }
        if (form == KallsymsForm::kPlaceRelative)
            return;
        image.relative_base = out.here(8);
        out.put(base);
    };
    if (offsets_first)
        put_offsets();
    image.num_syms = out.here(8);
    out.put(static_cast<uint32_t>(symbols.size()));
    image.names = out.here(form == KallsymsForm::kPlaceRelative ? 4 : 8);
    std::vector<uint32_t> markers;
    for (size_t i = 0; i < symbols.size(); i++) {
        if (i % 256 == 0)
            markers.push_back(static_cast<uint32_t>(at + out.bytes.size() - image.names));
        const std::vector<uint8_t> name = compressed(symbols[i].first);
        if (name.size() > 0x7f) {
            out.put(static_cast<uint8_t>(name.size() | 0x80));
            out.put(static_cast<uint8_t>(name.size() >> 7));
        } else {
            out.put(static_cast<uint8_t>(name.size()));
        }
        out.bytes.insert(out.bytes.end(), name.begin(), name.end());
    }
    out.here(8);
    for (const uint32_t marker : markers)
        out.put(marker);
    image.token_table = out.here(8);
    uint16_t begins[256];
    for (unsigned i = 0; i < 256; i++) {
        begins[i] = static_cast<uint16_t>(at + out.bytes.size() - image.token_table);
        for (const char c : token(i))
            out.put(c);
        out.put('\0');
    }
    image.token_index = out.here(8);
    for (const uint16_t begin : begins)
        out.put(begin);
    if (!offsets_first)
        put_offsets();
    image.bytes = std::move(out.bytes);
    return image;
}
