// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/compressed_symbols.hh"

#include <catch2/catch.hpp>

#include "dumps/kallsyms_writer.hh"
#include "region_memory.hh"
#include "source/vmcore/kallsyms_search.hh"

namespace {

constexpr uint64_t kImage = 0xffff'ffff'a100'0000, kBanner = kImage + 0x20'0000, kTables = kImage + 0x40'0000;

std::vector<uint8_t> banner()
{
    const std::string text = "Linux version 6.12";
    return {text.begin(), text.end()};
}

std::vector<std::pair<std::string, uint64_t>> symbols(bool per_cpu)
{
    std::vector<std::pair<std::string, uint64_t>> all;
    if (per_cpu)
        all.emplace_back("timer_bases", 0x351c0);
    for (unsigned i = 0; i < 3000; i++)
        all.emplace_back("workqueue_" + std::to_string(i), kImage + 16 * i);
    // The first of two at one address is the last of those between two marks: 256, 512, …
    while (all.size() % 256 != 255)
        all.emplace_back("more_" + std::to_string(all.size()), kImage + 0xf'0000 + 16 * all.size());
    all.emplace_back("first", kImage + 0x10'0000);
    all.emplace_back("second", kImage + 0x10'0000);
    all.emplace_back("wq_pool_mutex", kImage + 0x10'0010);
    all.emplace_back("wq_pool_mutex", kImage + 0x10'0020);
    all.emplace_back("workqueues", kImage + 0x10'0030);
    all.emplace_back("linux_banner", kBanner);
    all.emplace_back(std::string(300, 'x'), kBanner + 8);
    return all;
}

}  // namespace

TEST_CASE("kallsyms: each form of the tables is read, where VMCOREINFO says and where they are found", "[vmcore]")
{
    const auto form = GENERATE(KallsymsForm::kAbsolutePerCpu, KallsymsForm::kBaseRelative,
                               KallsymsForm::kPlaceRelative);
    const bool offsets_first = form == KallsymsForm::kAbsolutePerCpu && GENERATE(false, true);
    const bool per_cpu = form == KallsymsForm::kAbsolutePerCpu, searched = GENERATE(false, true);
    const auto written = symbols(per_cpu);
    KallsymsImage image = write_kallsyms(kTables, written, form, offsets_first);
    wqlab::RegionMemory memory;
    image.bytes.resize((image.bytes.size() + 8191) / 4096 * 4096);
    memory.add(kTables, image.bytes);
    memory.add(kBanner, banner());

    wqctl::KallsymsTables tables{image.names, image.num_syms, image.token_table, image.token_index, image.offsets, {}};
    if (form != KallsymsForm::kPlaceRelative)
        tables.relative_base = image.relative_base;
    const auto read = searched ? wqctl::search_kallsyms(memory) : wqctl::CompressedSymbols::read(memory, tables);
    REQUIRE(read);
    CHECK(read->size() == written.size());
    for (const auto& [name, address] : written)
        CHECK(read->name_of(address) == (name == "second" ? "first" : name));
    CHECK(read->name_of(kImage + 1) == "");
    CHECK(read->name_of(0) == "");
    CHECK(read->name_of(~uint64_t{0}) == "");
    CHECK(read->address_of("workqueues") == kImage + 0x10'0030);
    CHECK(read->address_of("linux_banner") == kBanner);
    CHECK(read->address_of("timer_bases") == (per_cpu ? 0x351c0 : 0));
    CHECK(read->address_of("wq_pool_mutex") == 0);   // two
    CHECK(read->address_of("workqueue_2999") == 0);  // nobody wants it by name
    CHECK(read->address_of("none") == 0);
    CHECK(wqctl::symbols_fit(memory, *read));
}

TEST_CASE("kallsyms: tables of which a part is missing give no symbols", "[vmcore]")
{
    const KallsymsImage image = write_kallsyms(kTables, symbols(true), KallsymsForm::kAbsolutePerCpu);
    const wqctl::KallsymsTables tables{image.names,       image.num_syms, image.token_table,
                                       image.token_index, image.offsets,  image.relative_base};
    wqlab::RegionMemory memory;
    memory.add(kBanner, banner());
    CHECK_FALSE(wqctl::CompressedSymbols::read(memory, tables));
    memory.add(kTables, {image.bytes.begin(), image.bytes.begin() + 9000});
    CHECK_FALSE(wqctl::CompressedSymbols::read(memory, tables));
}
