// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/module_symbols.hh"

#include <cstring>
#include <elf.h>

#include <catch2/catch.hpp>

#include "region_memory.hh"

namespace {

constexpr uint64_t kHead = 0xffff'ffff'a000'0000, kModules = 0xffff'ffff'c000'0000, kEach = 0x4000;
constexpr wqctl::ModuleLayout kLayout = {
    .list = 8, .name = 24, .kallsyms = 96, .symbols = 0, .number = 8, .strings = 16, .types = 24};

struct Function {
    char type;
    std::string name;
    uint64_t address;
};

// A page with the struct, one for its symbols, and two of strings.
class Module {
public:
    Module(unsigned number, const std::string& name, const std::vector<Function>& functions)
        : at_(kModules + number * kEach), bytes_(kEach)
    {
        std::memcpy(&bytes_[kLayout.name], name.c_str(), name.size());
        put(kLayout.kallsyms, at_ + 128);
        put(128, at_ + 0x1000);
        put(128 + 8, uint64_t{functions.size()});
        put(128 + 16, at_ + 0x2000);
        put(128 + 24, at_ + 0x800);
        // The first string ends behind the end of the first page.
        uint32_t string = 0xff8;
        for (size_t i = 0; i < functions.size(); i++) {
            Elf64_Sym symbol{};
            symbol.st_name = string;
            symbol.st_value = functions[i].address;
            symbol.st_shndx = functions[i].type == 'U' ? SHN_UNDEF : 1;
            std::memcpy(&bytes_[0x1000 + i * sizeof(symbol)], &symbol, sizeof(symbol));
            bytes_[0x800 + i] = static_cast<uint8_t>(functions[i].type);
            std::memcpy(&bytes_[0x2000 + string], functions[i].name.c_str(), functions[i].name.size());
            string += static_cast<uint32_t>(functions[i].name.size()) + 1;
        }
    }

    uint64_t list() const { return at_ + kLayout.list; }
    void link(uint64_t next, uint64_t before)
    {
        put(kLayout.list, next);
        put(kLayout.list + 8, before);
    }
    void add_to(wqlab::RegionMemory& memory) const { memory.add(at_, bytes_); }

private:
    void put(size_t at, uint64_t word) { std::memcpy(&bytes_[at], &word, sizeof(word)); }

    uint64_t at_;
    std::vector<uint8_t> bytes_;
};

}  // namespace

TEST_CASE("modules' functions have names, as far as the list points back", "[vmcore]")
{
    constexpr uint64_t kText = 0xffff'ffff'c123'0000;
    Module one(0, "one", {{'t', "a_function_of_one", kText}, {'d', "data", kText + 16}, {'T', "global", kText + 32}});
    Module two(1, "two", {{'U', "printk", 0}, {'w', "weak", kText + 48}});
    one.link(two.list(), kHead);
    const bool is_whole = GENERATE(true, false);
    two.link(kHead, is_whole ? one.list() : kHead);
    wqlab::RegionMemory memory;
    std::vector<uint8_t> head(16);
    const uint64_t first = one.list();
    std::memcpy(head.data(), &first, sizeof(first));
    memory.add(kHead, head);
    one.add_to(memory);
    two.add_to(memory);

    const wqctl::SymbolList symbols = wqctl::read_module_symbols(memory, kHead, kLayout);
    CHECK(symbols.size() == (is_whole ? 3 : 2));
    CHECK(symbols.name_of(kText) == "a_function_of_one [one]");
    CHECK(symbols.name_of(kText + 16).empty());
    CHECK(symbols.name_of(kText + 32) == "global [one]");
    CHECK(symbols.name_of(kText + 48) == (is_whole ? "weak [two]" : ""));
    CHECK(wqctl::read_module_symbols(memory, 0, kLayout).size() == 0);
    CHECK(wqctl::read_module_symbols(memory, kHead + 4096, kLayout).size() == 0);
}
