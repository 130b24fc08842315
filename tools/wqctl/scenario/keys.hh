// SPDX-License-Identifier: GPL-2.0
// Every key of a scenario, said once: what it is called in a file and on the
// command line, where its value is kept, what it may be, and where it goes in a
// request. Reader, writer, flags, encoding and the rules of single values walk
// these tables. docs/contributing/adding-a-scenario-key.md shows how one is added.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/run_spec.hh"
#include "scenario/scenario.hh"

namespace wqctl {

// What a value is: how it is written in a file, and on the command line.
enum class Kind {
    kText,     // "a sentence"
    kSystem,   // the name of a system workqueue
    kScope,    // the name of an affinity scope
    kFlags,    // ["unbound", "highpri"]; --flags unbound,highpri
    kOrdered,  // true; a flag of its own
    kSwitch,   // true
    kInteger,  // -5
    kCount,    // 32; --depth 32, --chain 10k
    kPercent,  // 20; --mod 20%
    kTime,     // "5ms"
    kRate,     // 50000; --rate 50k
    kCpus,     // "0-3,8"
    kArrival,  // "fixed" or "poisson"; --poisson
    kMode,     // the name of a mode; --rcu is one of them
    kNames,    // "a" or ["a", "b"]: workqueues of the scenario
    kItem,     // {"spin": "10us"}; see item_keys()
};

// Where it is kept. An optional one says whether it was given.
template <typename Spec>
using Slot =
    std::variant<bool Spec::*, uint32_t Spec::*, std::string Spec::*, std::vector<std::string> Spec::*,
                 std::optional<uint32_t> Spec::*, std::optional<uint64_t> Spec::*, std::optional<double> Spec::*,
                 std::optional<int> Spec::*, std::optional<std::string> Spec::*, std::optional<CpuList> Spec::*>;

// Where the rules of runs (core/run_rules.hh) look for its value. None: they don't, or shape.cc makes it of several.
using ShapeSlot = std::variant<std::monostate, bool wqlab::IssuerValues::*, uint32_t wqlab::IssuerValues::*,
                               uint64_t wqlab::IssuerValues::*>;

template <typename Spec>
struct Key {
    std::string_view name;  // in files; empty: a flag only
    Kind kind;
    Slot<Spec> slot;
    ShapeSlot shape = {};        // of an issuer
    std::string_view flag = {};  // empty: files only
    std::string_view type = {};  // what --help calls the flag's value
    std::string_view help = {};
    std::string_view of_a_round = {};  // the help where a run is one of a bench's rounds, if it is another
    int attribute = 0;                 // of the request; 0: not on the wire, or encode.cc's
    std::string_view limit = {};       // a name in `wqctl info`: no more than that
    std::string_view zero = {};        // 0 is refused: what is wrong; what is right
    bool sysfs = false;                // of a workqueue: set through its files, which unbound ones have

    // Of an issuer:
    std::optional<wqlab::Setting> setting = {};  // modes_of() says which modes look at it
    uint32_t modes = 0;                          // those that do, of a key that is a part of a setting
    std::optional<uint32_t> implies = {};        // the mode, when none is given
    std::string_view missing = {};               // those modes can't do without: what to say
    std::string_view elsewhere = {};             // in other modes: what is wrong, if there is more to say;
    std::string_view goes_with = {};             // and what it goes with, if that is no mode
};

std::span<const Key<Scenario>> run_keys();
std::span<const Key<WorkqueueSpec>> workqueue_keys();
std::span<const Key<IssuerSpec>> issuer_keys();

// What an item does: one of these.
struct ItemKey {
    uint32_t body;  // enum wqlab_body, which has its name
    bool timed;     // its value is a time, fixed or drawn; else a size
    std::string_view limit;
    std::string_view help;

    std::string_view name() const;
};
std::span<const ItemKey> item_keys();
const ItemKey* item_key(uint32_t body);  // nullptr: of a body that has no value

// The modes that look at the key; 0: all.
uint32_t modes_of(const Key<IssuerSpec>& key);

// Whether somebody said it.
template <typename Spec>
bool is_given(const Key<Spec>& key, const Spec& spec);

template <typename T, typename Spec>
bool is_kept_as(const Key<Spec>& key)
{
    return std::visit(
        [](auto member) {
            using Kept = std::remove_cvref_t<decltype(std::declval<Spec&>().*member)>;
            return std::is_same_v<Kept, T> || std::is_same_v<Kept, std::optional<T>>;
        },
        key.slot);
}

// The value's type must be the one it is kept as.
template <typename Spec, typename T>
void set_value(const Key<Spec>& key, Spec& spec, T value)
{
    std::visit(
        [&](auto member) {
            using Kept = std::remove_cvref_t<decltype(spec.*member)>;
            if constexpr (std::is_same_v<Kept, T> || std::is_same_v<Kept, std::optional<T>>)
                spec.*member = std::move(value);
            else
                throw std::logic_error("the key is kept as something else");
        },
        key.slot);
}

// From the flag's text; of a switch there is none. Throws usage errors without the flag's name.
template <typename Spec>
void set_from_text(const Key<Spec>& key, Spec& spec, std::string_view text);

// Its number, if it is one and given.
template <typename Spec>
std::optional<uint64_t> number_of(const Key<Spec>& key, const Spec& spec);

// The flag that sets a key (or is called as an item's key); "--" and the word if there is none.
std::string flag_of(std::string_view key);

// The flags of `wqctl run` that shape a scenario, in the order of its help.
struct ShapingFlag {
    std::string_view group;  // its title
    std::string flag;
    std::string_view type;  // empty: it takes no value
    std::string_view help;
    std::string_view of_a_round = {};      // of a bench; empty: as help
    std::vector<std::string> values = {};  // the words that there are, for completion
    bool is_list = false;                  // of such words
    bool overrides = false;                // also goes with a preset or a file
};
const std::vector<ShapingFlag>& shaping_flags();

}  // namespace wqctl
