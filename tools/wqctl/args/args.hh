// SPDX-License-Identifier: GPL-2.0
// What may be said behind a command, declared once: parsing, did-you-mean, --help, completion and the manual page are
// made of it. Nothing here knows the library that parses.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/choose.hh"

namespace wqctl {

// A flag, an option with a value, or a word without a dash.
class Argument {
public:
    enum class Kind { kFlag, kOption, kWord };

    Kind kind = Kind::kFlag;
    std::string names;  // "-d,--duration"; of a word "REGEX"
    std::string type;   // of an option's value: "TIME"
    std::string help;
    std::string group;
    bool is_required = false;
    bool is_repeatable = false;                  // may be given again; of a word: several may follow
    bool is_hidden = false;                      // works, but is not shown
    bool is_file = false;                        // completion offers files
    bool is_list = false;                        // its value is values joined by commas
    bool is_behind_dashes = false;               // of words: those behind "--"
    std::vector<std::string> known;              // what may be said, as far as that is known beforehand
    std::vector<std::string> exclusive;          // options that don't go with it
    std::optional<std::string> without_value;    // what the option alone means
    std::function<void(std::string_view)> take;  // a value, or "" of a flag

    // For declarations in a chain.
    Argument& values(std::vector<std::string> words) { return known = std::move(words), *this; }
    Argument& list() { return is_list = true, *this; }
    Argument& file() { return is_file = true, type = "FILE", *this; }
    Argument& hidden() { return is_hidden = true, *this; }
    Argument& behind_dashes() { return is_behind_dashes = true, *this; }
    Argument& required() { return is_required = true, *this; }
    Argument& excludes(std::string option) { return exclusive.push_back(std::move(option)), *this; }
    Argument& alone_means(std::string value) { return without_value = std::move(value), *this; }

    // "--duration": the first long name; of a word its name.
    std::string long_name() const;
    // "-d", or nothing.
    std::string short_name() const;
};

// All that may be said behind one command. What it fills must outlive it and stay where it is.
class Args {
public:
    explicit Args(std::string name, std::string summary) : name_(std::move(name)), summary_(std::move(summary)) {}

    // A word without a dash; one is optional, of several any number may be given.
    Argument& word(std::string name, std::optional<std::string>& into, std::string help);
    Argument& word(std::string name, std::string& into, std::string help);
    Argument& words(std::string name, std::vector<std::string>& into, std::string help);

    // names: "--cpu", "-d,--duration". type: what help calls the value.
    Argument& option(std::string names, std::optional<std::string>& into, std::string type, std::string help);
    Argument& option(std::string names, std::string& into, std::string type, std::string help);
    // May be given again.
    Argument& options(std::string names, std::vector<std::string>& into, std::string type, std::string help);
    Argument& flag(std::string names, bool& into, std::string help);

    // One of some words; into: an E, or an optional one. what: what a refusal calls it, as in `there is no format "x"`.
    template <typename E, typename Into>
    Argument& choice(std::string names, Into& into, std::span<const Named<E>> values, std::string what,
                     std::string type, std::string help)
    {
        Argument& argument = add(Argument::Kind::kOption, std::move(names), std::move(type), std::move(help));
        for (const Named<E>& value : values)
            argument.known.emplace_back(value.name);
        argument.take = [&into, values, what = std::move(what)](std::string_view word) {
            into = choose(word, values, what);
        };
        return argument;
    }

    template <typename E, typename Into, size_t N>
    Argument& choice(std::string names, Into& into, const std::array<Named<E>, N>& values, std::string what,
                     std::string type, std::string help)
    {
        return choice(std::move(names), into, std::span<const Named<E>>(values), std::move(what), std::move(type),
                      std::move(help));
    }

    // --json, and which documents it prints: "wqlab/dump/1", in a file dump.schema.json of the room.
    Argument& json(bool& into, std::vector<std::string> schemas, std::string names = "--json");

    // Arguments declared from here on stand together in help.
    void group(std::string title) { group_ = std::move(title); }
    // What stands below the flags in help.
    void examples(std::string text) { examples_ = std::move(text); }

    const std::string& name() const { return name_; }
    const std::string& summary() const { return summary_; }
    const std::string& examples() const { return examples_; }
    const std::vector<std::string>& schemas() const { return schemas_; }
    const std::deque<Argument>& arguments() const { return arguments_; }

private:
    Argument& add(Argument::Kind kind, std::string names, std::string type, std::string help);

    std::string name_;
    std::string summary_;
    std::string examples_;
    std::string group_;
    std::vector<std::string> schemas_;
    std::deque<Argument> arguments_;  // declarations hold references
};

}  // namespace wqctl
