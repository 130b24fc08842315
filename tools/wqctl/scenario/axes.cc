// SPDX-License-Identifier: GPL-2.0
#include "scenario/axes.hh"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/core.h>

#include "scenario/keys.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

using Set = std::function<void(Scenario&, std::string_view value)>;

bool truth(std::string_view text)
{
    if (text != "true" && text != "false")
        throw Error::usage(fmt::format("\"{}\" is not true or false", text));
    return text == "true";
}

// What the value means to one spec, whatever stood there.
template <typename Spec>
void set(const Key<Spec>& key, Spec& spec, std::string_view text)
{
    switch (key.kind) {
    case Kind::kSwitch: return set_value(key, spec, truth(text));
    case Kind::kArrival:
        if (text != "fixed" && text != "poisson")
            throw Error::usage(fmt::format("\"{}\" is not an arrival; write fixed or poisson", text));
        return set_value(key, spec, text == "poisson");
    case Kind::kMode: return set_value(key, spec, parse_mode(text));
    case Kind::kFlags:
        set_value(key, spec, uint32_t{0});
        // None are those of a per-CPU workqueue.
        if (!text.empty())
            set_from_text(key, spec, text);
        return;
    case Kind::kOrdered:
        if constexpr (std::is_same_v<Spec, WorkqueueSpec>)
            spec.flags = (spec.flags & ~uint32_t{WQLAB_WQ_ORDERED}) | (truth(text) ? uint32_t{WQLAB_WQ_ORDERED} : 0u);
        return;
    default: return set_from_text(key, spec, text);
    }
}

template <typename Spec>
bool can_vary(const Key<Spec>& key)
{
    return !key.name.empty() && key.kind != Kind::kText && key.kind != Kind::kNames && key.kind != Kind::kItem &&
           key.name != "seed";
}

void set_of_workqueue(const Key<WorkqueueSpec>& key, WorkqueueSpec& workqueue, std::string_view text)
{
    const bool has_default_name = workqueue.name == default_name(workqueue);
    set(key, workqueue, text);
    if (has_default_name)
        workqueue.name = default_name(workqueue);
}

void set_of_issuer(const Key<IssuerSpec>& key, IssuerSpec& issuer, std::string_view text)
{
    set(key, issuer, text);
    if (key.implies)
        issuer.mode = *key.implies;
}

// The names that a key answers to: as in files, and as on the command line.
template <typename Spec>
std::vector<std::string> names_of(const Key<Spec>& key)
{
    std::vector<std::string> names = {std::string(key.name)};
    if (key.flag.size() > 2 && key.flag.substr(2) != key.name)
        names.emplace_back(key.flag.substr(2));
    return names;
}

struct Setter {
    std::vector<std::string> names;
    Set set;
};

std::vector<Setter> make_setters()
{
    std::vector<Setter> setters;
    for (const auto& key : workqueue_keys())
        if (can_vary(key))
            setters.push_back({names_of(key), [&key](Scenario& scenario, std::string_view text) {
                                   for (WorkqueueSpec& workqueue : scenario.workqueues)
                                       set_of_workqueue(key, workqueue, text);
                               }});
    for (const auto& key : issuer_keys())
        if (can_vary(key))
            setters.push_back({names_of(key), [&key](Scenario& scenario, std::string_view text) {
                                   for (IssuerSpec& issuer : scenario.issuers)
                                       set_of_issuer(key, issuer, text);
                               }});
    for (const ItemKey& key : item_keys())
        setters.push_back({{std::string(key.name())}, [&key](Scenario& scenario, std::string_view text) {
                               for (IssuerSpec& issuer : scenario.issuers) {
                                   issuer.body = key.body;
                                   issuer.time = key.timed ? parse_time_dist(text) : TimeDist();
                                   issuer.bytes = key.timed ? 0 : parse_size(text);
                               }
                           }});
    for (const auto& key : run_keys())
        if (can_vary(key))
            setters.push_back({names_of(key), [&key](Scenario& scenario, std::string_view text) {
                                   // One end, not both.
                                   if (key.name == "duration" || key.name == "items") {
                                       scenario.duration.reset();
                                       scenario.items.reset();
                                   }
                                   set(key, scenario, text);
                               }});
    return setters;
}

const Setter& setter_of(const std::string& name)
{
    static const std::vector<Setter> setters = make_setters();
    std::vector<std::string> known;
    for (const Setter& setter : setters) {
        if (std::find(setter.names.begin(), setter.names.end(), name) != setter.names.end())
            return setter;
        known.push_back(setter.names.front());
    }
    const std::string guess = did_you_mean(name, known);
    throw Error::usage(fmt::format("--vary {}: there is no key \"{}\" that can vary{}", name, name,
                                   guess.empty() ? "; there are " + enumerate(known) : guess));
}

void check(const Axis& axis)
{
    for (size_t i = 0; i < axis.values.size(); i++)
        if (std::find(axis.values.begin(), axis.values.begin() + static_cast<std::ptrdiff_t>(i), axis.values[i]) !=
            axis.values.begin() + static_cast<std::ptrdiff_t>(i))
            throw Error::usage(fmt::format("--vary {}: \"{}\" is given twice; give it once", axis.key, axis.values[i]));
}

}  // namespace

Axis parse_axis(std::string_view text)
{
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
        throw Error::usage(fmt::format("--vary \"{}\": give a key and its values, such as scope=cpu,smt,cache", text));
    Axis axis{.key = std::string(text.substr(0, equals)), .values = {}};
    text.remove_prefix(equals + 1);
    for (const std::string_view value : split(text, text.find('/') == std::string_view::npos ? "," : "/"))
        axis.values.emplace_back(value);
    return axis;
}

std::vector<Cell> cells_of(const Scenario& scenario, const std::vector<Axis>& axes)
{
    constexpr size_t kMost = 256;
    std::vector<Cell> cells = {{"", {}, scenario}};
    for (const Axis& axis : axes) {
        const Setter& setter = setter_of(axis.key);
        for (const Axis& other : axes)
            if (&other < &axis && &setter_of(other.key) == &setter)
                throw Error::usage(fmt::format("--vary {} is given twice; give all its values at once", axis.key));
        check(axis);
        if (cells.size() * axis.values.size() > kMost)
            throw Error::usage(fmt::format("the axes make more than {} cells; leave some values out", kMost));
        std::vector<Cell> more;
        for (const Cell& cell : cells)
            for (const std::string& value : axis.values) {
                Cell next = cell;
                next.name += fmt::format("{}{}={}", next.name.empty() ? "" : " ", axis.key, value);
                next.values.emplace_back(axis.key, value);
                try {
                    setter.set(next.scenario, value);
                } catch (const Error& error) {
                    throw error.within("--vary " + axis.key);
                }
                more.push_back(std::move(next));
            }
        cells = std::move(more);
    }
    return cells;
}

}  // namespace wqctl
