// SPDX-License-Identifier: GPL-2.0
// The one file that knows CLI11: it tells it what was declared, and reads from it what was said.
#include "args/parse.hh"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace {

// Where the parser keeps what was said. Its type decides how the parser reads an option, and shows it in help.
struct Said {
    std::string one;
    std::vector<std::string> several;
    bool flag = false;
};

class Parser {
public:
    // The flags of commands that are not among the words are left out: telling the parser of all takes longer than a
    // small command does.
    Parser(std::span<const Args* const> commands, const std::vector<std::string>& words, const std::string& version)
        : app_("Creates and loads real Linux workqueues, and shows what happened.", "wqctl")
    {
        app_.require_subcommand(1);
        app_.allow_extras();
        app_.set_version_flag("--version", version);
        app_.footer(
            "\nExit codes: 0 done, 1 what was asked about is bad, 2 the request is wrong, 3 no module, another\n"
            "version of it, or no permission, 4 nothing of what was asked can be shown or tried here,\n"
            "130 interrupted.\n"
            "wqctl COMMAND --help says more; wqctl run --preset tour is a good start, and wqctl doctor says\n"
            "what is stuck.");
        for (const Args* command : commands) {
            CLI::App& app = *app_.add_subcommand(command->name(), command->summary());
            if (std::find(words.begin(), words.end(), command->name()) != words.end())
                add_arguments(app, *command);
        }
    }

    Spoken parse(std::vector<std::string> words)
    {
        const BehindDashes behind = take_behind_dashes(words);
        const CLI::App* command = nullptr;
        const auto find_command = [&] {
            const auto chosen = app_.get_subcommands();
            command = chosen.empty() ? nullptr : chosen.front();
        };
        try {
            // The parser takes them from the back.
            app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
            find_command();
            refuse_extras(command);
        } catch (const CLI::CallForHelp&) {
            find_command();
            return {"", command ? command->help("wqctl") : app_.help()};
        } catch (const CLI::CallForVersion& version) {
            return {"", std::string(version.what()) + "\n"};
        } catch (const CLI::ParseError& error) {
            find_command();
            refuse_extras(command);
            throw Error::usage(words.empty() ? "a command is missing" : in_words(error),
                               fmt::format("wqctl {}--help shows how", command ? command->get_name() + " " : ""));
        }
        hand_over(*command);
        for (const std::string& word : behind.words)
            behind.argument->take(word);
        return {command->get_name(), ""};
    }

private:
    struct Declared {
        const Argument& argument;
        CLI::Option* option;
    };

    // Words of a second kind, of a command that has such: the parser knows one kind only.
    struct BehindDashes {
        const Argument* argument = nullptr;
        std::vector<std::string> words;
    };

    // Flags may stand behind the dashes, too, with their values.
    BehindDashes take_behind_dashes(std::vector<std::string>& words) const
    {
        BehindDashes behind;
        const auto found = words.empty() ? behind_dashes_.end() : behind_dashes_.find(words.front());
        const auto dashes = std::find(words.begin(), words.end(), "--");
        if (found == behind_dashes_.end() || dashes == words.end())
            return behind;
        const Args& args = *found->second;
        std::vector<std::string> left(words.begin(), dashes);
        for (auto word = dashes + 1; word != words.end(); ++word) {
            if (!word->starts_with("-")) {
                behind.words.push_back(*word);
                continue;
            }
            left.push_back(*word);
            if (takes_value(args, *word) && word + 1 != words.end())
                left.push_back(*++word);
        }
        words = std::move(left);
        for (const Argument& argument : args.arguments())
            if (argument.is_behind_dashes)
                behind.argument = &argument;
        return behind;
    }

    // Whether the next word is its value.
    static bool takes_value(const Args& args, const std::string& word)
    {
        return std::any_of(args.arguments().begin(), args.arguments().end(), [&](const Argument& argument) {
            return argument.kind == Argument::Kind::kOption && !argument.without_value &&
                   (argument.long_name() == word || argument.short_name() == word);
        });
    }

    void add_arguments(CLI::App& command, const Args& args)
    {
        command.allow_extras();
        std::vector<Declared>& declared = declared_[&command];
        std::map<std::string, CLI::Option*> by_name;
        for (const Argument& argument : args.arguments()) {
            if (argument.is_behind_dashes) {
                behind_dashes_.emplace(args.name(), &args);
                continue;
            }
            CLI::Option* option = add(command, argument);
            for (const std::string& other : argument.exclusive)
                option->excludes(by_name.at(other));
            by_name.emplace(argument.long_name(), option);
            declared.push_back({argument, option});
        }
        if (!args.examples().empty())
            command.footer(args.examples());
        // CLI11 lets --flag=VALUE override a flag.
        for (CLI::Option* option : command.get_options())
            if (option->get_items_expected_max() == 0)
                option->disable_flag_override();
    }

    CLI::Option* add(CLI::App& command, const Argument& argument)
    {
        Said& said = said_.emplace_back();
        CLI::Option* option = nullptr;
        if (argument.kind == Argument::Kind::kFlag)
            option = command.add_flag(argument.names, said.flag, argument.help);
        else if (argument.is_repeatable)
            option = command.add_option(argument.names, said.several, argument.help);
        else
            option = command.add_option(argument.names, said.one, argument.help);
        if (argument.kind != Argument::Kind::kFlag)
            option->type_name(argument.type);
        // Else an option would take all words behind it.
        if (argument.kind == Argument::Kind::kOption && argument.is_repeatable)
            option->allow_extra_args(false);
        if (argument.without_value)
            option->expected(0, 1)->option_text("[" + argument.type + "]");
        if (argument.is_required)
            option->required();
        if (!argument.group.empty())
            option->group(argument.group);
        if (argument.is_hidden)
            option->group("");
        return option;
    }

    void hand_over(const CLI::App& command) const
    {
        for (const auto& [argument, option] : declared_.at(&command)) {
            if (option->count() == 0)
                continue;
            if (argument.kind == Argument::Kind::kFlag) {
                argument.take("");
                continue;
            }
            const std::vector<std::string>& values = option->results();
            if (argument.without_value && (values.empty() || values.front() == "{}" || values.front().empty())) {
                argument.take(*argument.without_value);
                continue;
            }
            for (const std::string& value : values)
                argument.take(value);
        }
    }

    // The first word that nobody asked for.
    void refuse_extras(const CLI::App* command) const
    {
        const CLI::App& place = command ? *command : app_;
        auto extras = place.remaining();
        if (extras.empty() && command)
            extras = app_.remaining();
        if (extras.empty())
            return;
        std::string word = extras.front();
        if (word.starts_with("-")) {
            word = word.substr(0, word.find('='));
            throw Error::usage(
                fmt::format("there is no flag {}{}", word, did_you_mean(word, long_names(place))),
                fmt::format("wqctl {}--help shows what there is", command ? command->get_name() + " " : ""));
        }
        if (command)
            throw Error::usage(fmt::format("wqctl {} has no use for \"{}\"", command->get_name(), word),
                               fmt::format("wqctl {} --help shows what it takes", command->get_name()));
        std::vector<std::string> names;
        for (const CLI::App* other : app_.get_subcommands({}))
            names.push_back(other->get_name());
        const std::string guess = did_you_mean(word, names);
        throw Error::usage(fmt::format("there is no command \"{}\"{}", word,
                                       guess.empty() ? "; the commands are " + enumerate(names) : guess));
    }

    static std::vector<std::string> long_names(const CLI::App& app)
    {
        std::vector<std::string> names;
        for (const CLI::Option* option : app.get_options())
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
        return names;
    }

    // The parser's words are for who wrote the parser.
    static std::string in_words(const CLI::ParseError& error)
    {
        std::string what = error.what();
        const std::string option = what.substr(0, what.find_first_of(": "));
        if (what.find("At Most 1 ") != std::string::npos)
            return fmt::format("{} was given more than once; give it once", option);
        if (what.ends_with(" missing"))
            return fmt::format("{} lacks its value", option);
        if (what.ends_with(" flag override"))
            return fmt::format("--{} takes no value", option);
        return what;
    }

    CLI::App app_;
    std::deque<Said> said_;  // the parser holds references
    std::map<const CLI::App*, std::vector<Declared>> declared_;
    std::map<std::string, const Args*, std::less<>> behind_dashes_;  // commands that have such words
};

}  // namespace

Spoken parse(std::span<const Args* const> commands, const std::vector<std::string>& words, const std::string& version)
{
    return Parser(commands, words, version).parse(words);
}

}  // namespace wqctl
