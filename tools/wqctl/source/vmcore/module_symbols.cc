// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/module_symbols.hh"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <vector>

#include "core/layout.hh"

namespace wqctl {

namespace {

using wqlab::FieldSpec;

// Of struct module (include/linux/module.h); a mod_kallsyms is what its member of that name points to.
enum class Field { kList, kName, kKallsyms, kSymbols, kNumber, kStrings, kTypes, kCount };

constexpr wqlab::FieldTable<Field> kFields({
    {Field::kList, wqlab::field::member("module", "list")},
    {Field::kName, wqlab::field::member("module", "name")},
    {Field::kKallsyms, wqlab::field::member("module", "kallsyms", 0, sizeof(uint64_t))},
    {Field::kSymbols, wqlab::field::member("mod_kallsyms", "symtab", 0, sizeof(uint64_t))},
    {Field::kNumber, wqlab::field::member("mod_kallsyms", "num_symtab", 0, sizeof(uint32_t))},
    {Field::kStrings, wqlab::field::member("mod_kallsyms", "strtab", 0, sizeof(uint64_t))},
    {Field::kTypes, wqlab::field::member("mod_kallsyms", "typetab", 0, sizeof(uint64_t))},
});

constexpr uint32_t kMostModules = 4096;
constexpr uint32_t kMostSymbols = 1 << 18;  // of one module
constexpr size_t kMostInAll = size_t{1} << 21;
constexpr size_t kMostName = 512;  // KSYM_NAME_LEN

class ModuleWalk {
public:
    ModuleWalk(const wqlab::Memory& memory, const wqlab::Layout<Field>& layout) : memory_(memory), layout_(layout) {}

    SymbolList run(uint64_t head)
    {
        uint64_t node = 0, last = head;
        if (!read(node, head))
            return {};
        for (uint32_t i = 0; i < kMostModules && node != head; i++) {
            uint64_t links[2];
            if (!memory_.read(links, node, sizeof(links)) || links[1] != last)
                break;
            add(node - layout_.offset(Field::kList));
            last = node;
            node = links[0];
        }
        symbols_.sort();
        return std::move(symbols_);
    }

private:
    template <typename T>
    bool read(T& to, uint64_t from) const
    {
        return memory_.read(&to, from, sizeof(to));
    }

    void add(uint64_t module)
    {
        char name[64 - sizeof(long)] = {};  // MODULE_NAME_LEN
        uint64_t kallsyms, symbols, strings, types;
        uint32_t number;
        if (!read(name, module + layout_.offset(Field::kName)) ||
            !read(kallsyms, module + layout_.offset(Field::kKallsyms)) ||
            !read(symbols, kallsyms + layout_.offset(Field::kSymbols)) ||
            !read(number, kallsyms + layout_.offset(Field::kNumber)) ||
            !read(strings, kallsyms + layout_.offset(Field::kStrings)) ||
            !read(types, kallsyms + layout_.offset(Field::kTypes)) || number > kMostSymbols)
            return;
        const std::string behind = " [" + std::string(name, strnlen(name, sizeof(name))) + "]";
        std::vector<Elf64_Sym> table(number);
        std::vector<char> letters(number);
        if (!memory_.read(table.data(), symbols, number * sizeof(Elf64_Sym)) ||
            !memory_.read(letters.data(), types, number))
            return;
        for (uint32_t i = 0; i < number && symbols_.size() < kMostInAll; i++) {
            // Work functions are text, of any linkage.
            if (table[i].st_shndx == SHN_UNDEF || !std::strchr("tTwW", letters[i]) || !letters[i])
                continue;
            if (const std::string symbol = string(strings + table[i].st_name); !symbol.empty())
                symbols_.add(symbol + behind, table[i].st_value);
        }
    }

    // In two steps, because what is behind it may not be there.
    std::string string(uint64_t at) const
    {
        char text[kMostName];
        size_t size = std::min<size_t>(64, 4096 - at % 4096);
        if (!memory_.read(text, at, size))
            return {};
        if (!std::memchr(text, '\0', size)) {
            if (!memory_.read(text, at, sizeof(text)))
                return {};
            size = sizeof(text);
        }
        return {text, strnlen(text, size)};
    }

    const wqlab::Memory& memory_;
    const wqlab::Layout<Field>& layout_;
    SymbolList symbols_;
};

}  // namespace

SymbolList read_module_symbols(const wqlab::Memory& memory, uint64_t modules, wqlab::Span<const uint8_t> bytes)
{
    uint32_t marks[1024];
    wqlab::BtfProblem problem;
    wqlab::Result<wqlab::Btf> btf = wqlab::Btf::open(bytes, marks, problem);
    wqlab::Layout<Field> layout(kFields);
    if (!modules || !btf.ok() || !layout.locate(btf.take()).ok())
        return {};
    for (size_t i = 0; i < static_cast<size_t>(Field::kCount); i++)
        if (!layout.has(static_cast<Field>(i)))
            return {};
    return ModuleWalk(memory, layout).run(modules);
}

}  // namespace wqctl
