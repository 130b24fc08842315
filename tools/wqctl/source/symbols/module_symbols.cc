// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/module_symbols.hh"

#include <algorithm>
#include <cstring>
#include <elf.h>

#include "inspect/kernel.hh"
#include "source/symbols/stream.hh"

namespace wqctl {

namespace {

constexpr uint32_t kMostModules = 4096;
constexpr uint32_t kMostSymbols = 1 << 18;  // of one module
constexpr size_t kMostInAll = size_t{1} << 21;
constexpr size_t kMostName = 512;  // KSYM_NAME_LEN

// Strings that lie together, read a page at a time.
class StringTable {
public:
    StringTable(const wqlab::Memory& memory, uint64_t begin) : memory_(memory), begin_(begin) {}

    // Empty: it is not all there.
    std::string operator[](uint64_t offset)
    {
        std::string text;
        for (uint64_t at = begin_ + offset; text.size() < kMostName;) {
            if (!has_page(at / kPage))
                return {};
            const size_t room = kPage - at % kPage, size = strnlen(bytes_ + at % kPage, room);
            text.append(bytes_ + at % kPage, size);
            if (size < room)
                return text;
            at += size;
        }
        return {};
    }

private:
    static constexpr size_t kPage = 4096;

    bool has_page(uint64_t page)
    {
        if (page_ != page)
            page_ = memory_.read(bytes_, page * kPage, kPage) ? page : UINT64_MAX;
        return page_ == page;
    }

    const wqlab::Memory& memory_;
    const uint64_t begin_;
    uint64_t page_ = UINT64_MAX;
    char bytes_[kPage];
};

class ModuleWalk {
public:
    ModuleWalk(const wqlab::Memory& memory, const ModuleLayout& layout) : memory_(memory), layout_(layout) {}

    SymbolList run(uint64_t head)
    {
        uint64_t node = 0, last = head;
        if (!read(node, head))
            return {};
        for (uint32_t i = 0; i < kMostModules && node != head; i++) {
            uint64_t links[2];
            if (!memory_.read(links, node, sizeof(links)) || links[1] != last)
                break;
            add(node - layout_.list);
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
        if (!read(name, module + layout_.name) || !read(kallsyms, module + layout_.kallsyms) ||
            !read(symbols, kallsyms + layout_.symbols) || !read(number, kallsyms + layout_.number) ||
            !read(strings, kallsyms + layout_.strings) || !read(types, kallsyms + layout_.types) ||
            number > kMostSymbols)
            return;
        const std::string behind = " [" + std::string(name, strnlen(name, sizeof(name))) + "]";
        Stream table(memory_, symbols, symbols + number * sizeof(Elf64_Sym)), letters(memory_, types, types + number);
        StringTable names(memory_, strings);
        for (uint32_t i = 0; i < number && looked_at_ < kMostInAll; i++, looked_at_++) {
            const uint8_t *bytes = table.peek(sizeof(Elf64_Sym)), *letter = letters.peek(1);
            if (!bytes || !letter)
                return;
            Elf64_Sym symbol;
            std::memcpy(&symbol, bytes, sizeof(symbol));
            // Work functions are text, of any linkage.
            if (symbol.st_shndx != SHN_UNDEF && *letter && std::strchr("tTwW", *letter))
                if (const std::string text = names[symbol.st_name]; !text.empty())
                    symbols_.add(text + behind, symbol.st_value);
            table.skip(sizeof(symbol));
            letters.skip(1);
        }
    }

    const wqlab::Memory& memory_;
    const ModuleLayout& layout_;
    SymbolList symbols_;
    size_t looked_at_ = 0;  // of all modules'
};

}  // namespace

std::optional<ModuleLayout> module_layout(const wqlab::Kernel& kernel)
{
    using enum wqlab::Field;
    for (const wqlab::Field field :
         {kModuleList, kModuleName, kModuleKallsyms, kModuleSymbols, kModuleNrSymbols, kModuleStrings, kModuleTypes})
        if (!kernel.has(field))
            return {};
    return ModuleLayout{kernel.offset(kModuleList),    kernel.offset(kModuleName),      kernel.offset(kModuleKallsyms),
                        kernel.offset(kModuleSymbols), kernel.offset(kModuleNrSymbols), kernel.offset(kModuleStrings),
                        kernel.offset(kModuleTypes)};
}

SymbolList read_module_symbols(const wqlab::Memory& memory, uint64_t modules, const ModuleLayout& layout)
{
    return modules ? ModuleWalk(memory, layout).run(modules) : SymbolList();
}

}  // namespace wqctl
