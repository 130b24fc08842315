// SPDX-License-Identifier: GPL-2.0
#include "seeds.hh"

#include "unit/core/btf_builder.hh"

namespace {

using Kind = wqlab::BtfKind;
using Members = std::vector<BtfBuilder::Member>;

BtfBuilder kernel()
{
    BtfBuilder b;
    const uint32_t number = b.integer("int", 4, true);
    const uint32_t word = b.integer("unsigned long", 8);
    const uint32_t list = b.next_id();
    b.structure("list_head", 16, {{"next", list + 1, 0}, {"prev", list + 1, 64}});
    b.pointer(list);
    const uint32_t atomic = b.type_definition("atomic_t", b.structure("", 4, {{"counter", number, 0}}));
    b.structure("node", 8, {{"max", number, 0}, {"nr", b.modified(Kind::kVolatile, atomic), 32}});
    const uint32_t leaf = b.structure("leaf", 8, {{"x", number, 32}});
    const uint32_t deep = b.structure("deep", 16, {{"in", leaf, 64}});
    const uint32_t bits = b.structure("", 8, {{"one", number, 0, 1}, {"three", number, 1, 3}, {"wide", word, 8, 45}});
    b.structure("pool", 96,
                {{"id", number, 0},
                 {"watchdog_ts", word, 64},
                 {"deep", b.modified(Kind::kConst, deep), 128},
                 {"name", b.array(b.integer("char", 1), 24), 256},
                 {"", bits, 448},
                 {"lists", b.array(b.array(list, 1), 1), 512},
                 {"to", b.pointer(b.pointer(atomic)), 640},
                 {"rest", b.array(word, 0), 768}});
    const uint32_t either = b.united("", 16, {{"entry", list, 0}, {"hentry", list, 0}});
    b.structure("worker", 24, {{"", either, 0}, {"old", b.narrow_integer("bits", 4, 3, 5), 128}});
    b.enumeration("", {{"STAT_QUEUED", 0}, {"STAT_STARTED", 1}});
    b.enumeration("modes", {{"MODE", -1}}, true);
    b.enumeration64("mask", {{"HIGH", int64_t{1} << 40}});
    return b;
}

std::vector<uint8_t> with_everything()
{
    BtfBuilder b = kernel();
    b.bystanders();
    const uint32_t number = b.integer("int", 4);
    b.structure("pool", 8, {{"id", number, 0}});
    b.structure("worker", 8, {{"task", number, 0}});
    b.record("later", Kind{20}, 2, 0, {1, 2, 3});
    auto sizes = BtfBuilder::usual_sizes();
    sizes.push_back({4, 4});
    b.declare_sizes(sizes);
    return b.bytes();
}

// Each level holds the one below it many times, without a name.
std::vector<uint8_t> doubling(uint32_t levels, uint32_t times)
{
    BtfBuilder b;
    uint32_t level = b.integer("int", 4);
    for (uint32_t i = 0; i < levels; i++)
        level = b.structure(i + 1 == levels ? "pool" : "", 4, Members(times, {"", level, 0}));
    return b.bytes();
}

std::vector<uint8_t> chain(uint32_t length)
{
    BtfBuilder b;
    uint32_t type = b.integer("int", 4);
    const uint32_t first = type;
    for (uint32_t i = 0; i < length; i++)
        type = b.modified(i % 2 ? Kind::kConst : Kind::kVolatile, type);
    b.structure("pool", 8, {{"id", type, 0}, {"watchdog_ts", first + length / 2, 32}});
    return b.bytes();
}

// As many structs and constants of wanted names as there is room for.
std::vector<uint8_t> namesakes(uint32_t number)
{
    BtfBuilder b;
    const uint32_t word = b.integer("unsigned long", 8);
    for (uint32_t i = 0; i < number; i++) {
        b.structure("pool", 16, {{"id", word, 0}, {"watchdog_ts", word, 64 * (i & 1)}});
        b.enumeration("modes", {{"STAT_STARTED", i}, {"MODE", i}});
    }
    return b.bytes();
}

std::vector<uint8_t> wide(uint32_t members)
{
    BtfBuilder b;
    const uint32_t anonymous = b.structure("", 4, {{"x", b.integer("int", 4), 0}});
    Members all(members, {"", anonymous, 0});
    all.push_back({"id", anonymous, 0});
    b.structure("pool", 4, all);
    return b.bytes();
}

}  // namespace

std::vector<Seed> btf_seeds()
{
    return {
        {"empty", BtfBuilder().bytes()},
        {"kernel", kernel().bytes()},
        {"everything", with_everything()},
        {"doubling", doubling(7, 40)},
        {"chain", chain(40)},
        {"long-chain", chain(4000)},
        {"namesakes", namesakes(30)},
        {"many-namesakes", namesakes(900)},
        {"wide", wide(5000)},
        {"wide-doubling", doubling(8, 600)},
    };
}
