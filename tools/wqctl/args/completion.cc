// SPDX-License-Identifier: GPL-2.0
#include "args/completion.hh"

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

// Every command has it; the parser adds it.
constexpr const char* kHelp = "Print this help message and exit";

std::string join(const std::vector<std::string>& words, std::string_view between = " ")
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : std::string(between)) + word;
    return text;
}

std::string replaced(std::string text, char what, std::string_view by)
{
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, 1, by);
    return text;
}

// What completion knows of one command, in the order in which it was declared.
struct Words {
    std::vector<const Argument*> options;  // with a dash
    std::vector<std::string> words;        // without one
    bool takes_file = false;
};

Words words_of(const Args& command)
{
    Words words;
    for (const Argument& argument : command.arguments()) {
        if (argument.kind != Argument::Kind::kWord) {
            words.options.push_back(&argument);
            continue;
        }
        words.words.insert(words.words.end(), argument.known.begin(), argument.known.end());
        words.takes_file |= argument.is_file;
    }
    return words;
}

bool takes_value(const Argument& option) { return option.kind == Argument::Kind::kOption; }

std::string bash(std::span<const Args* const> commands)
{
    std::vector<std::string> names;
    for (const Args* command : commands)
        names.push_back(command->name());
    std::string text = fmt::format(R"(# bash completion for wqctl
_wqctl() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= word words= values= prefix=
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
        {}) command=$word; break ;;
        esac
    done
    case $command:$previous in
)",
                                   join(names, "|"));
    for (const Args* command : commands)
        for (const Argument* option : words_of(*command).options)
            if (!option->known.empty())
                text += fmt::format("    {}:{}) values=\"{}\"{} ;;\n", command->name(), option->long_name(),
                                    join(option->known),
                                    option->is_list ? "; [[ $current == *,* ]] && prefix=${current%,*}," : "");
            else if (takes_value(*option))
                text += fmt::format("    {}:{}) return ;;\n", command->name(), option->long_name());
    text += R"(    esac
    if [[ -n $values ]]; then
        COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "${current##*,}"))
        return
    fi
    case $command in
)";
    text += fmt::format("    '') words=\"{} --help --version\" ;;\n", join(names));
    for (const Args* command : commands) {
        const Words known = words_of(*command);
        std::vector<std::string> words = known.words;
        words.emplace_back("--help");
        for (const Argument* option : known.options)
            words.push_back(option->long_name());
        text += fmt::format("    {}) words=\"{}\"{} ;;\n", command->name(), join(words),
                            known.takes_file ? "; [[ $current != -* ]] && COMPREPLY=($(compgen -f -- \"$current\"))"
                                             : "");
    }
    return text + R"(    esac
    COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _wqctl wqctl
)";
}

std::string zsh(std::span<const Args* const> commands)
{
    const auto quoted = [](const std::string& text) {
        std::string result = replaced(replaced(text, '\'', "'\\''"), '[', "\\[");
        return replaced(replaced(result, ']', "\\]"), ':', "\\:");
    };
    std::string text = "#compdef wqctl\n_wqctl() {\n    local -a commands=(\n";
    for (const Args* command : commands)
        text += fmt::format("        '{}:{}'\n", command->name(), quoted(command->summary()));
    text +=
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
        "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n";
    for (const Args* command : commands) {
        const Words known = words_of(*command);
        text += fmt::format("    {})\n        _arguments \\\n            '--help[{}]'", command->name(), kHelp);
        for (const Argument* option : known.options) {
            text += fmt::format(" \\\n            '{}[{}]", option->long_name(), quoted(option->help));
            if (option->is_list)
                text += fmt::format(":value:_values -s , value {}", join(option->known));
            else if (takes_value(*option))
                text += option->known.empty() ? ":value: " : fmt::format(":value:({})", join(option->known));
            text += "'";
        }
        if (!known.words.empty())
            text += fmt::format(" \\\n            '1:argument:({})'", join(known.words));
        if (known.takes_file)
            text += " \\\n            '1:scenario file:_files'";
        text += "\n        ;;\n";
    }
    return text + "    esac\n}\n_wqctl \"$@\"\n";
}

std::string fish(std::span<const Args* const> commands)
{
    const auto quoted = [](const std::string& text) { return replaced(replaced(text, '\\', "\\\\"), '\'', "\\'"); };
    std::string text = "# fish completion for wqctl\ncomplete -c wqctl -f\n";
    for (const Args* command : commands)
        text += fmt::format("complete -c wqctl -n __fish_use_subcommand -a {} -d '{}'\n", command->name(),
                            quoted(command->summary()));
    for (const Args* command : commands) {
        const Words known = words_of(*command);
        const std::string here = fmt::format("complete -c wqctl -n '__fish_seen_subcommand_from {}'", command->name());
        text += fmt::format("{} -l help -d '{}'\n", here, kHelp);
        for (const Argument* option : known.options) {
            text += fmt::format("{} -l {} -d '{}'", here, option->long_name().substr(2), quoted(option->help));
            if (option->is_list)
                text += fmt::format(" -x -a '(__fish_complete_list , \"printf %s\\\\\\\\n {}\")'", join(option->known));
            else if (takes_value(*option))
                text += option->known.empty() ? " -x" : fmt::format(" -x -a '{}'", join(option->known));
            text += "\n";
        }
        if (!known.words.empty())
            text += fmt::format("{} -a '{}'\n", here, join(known.words));
        if (known.takes_file)
            text += fmt::format("{} -F\n", here);
    }
    return text;
}

}  // namespace

std::string render_completion(std::string_view shell, std::span<const Args* const> commands)
{
    if (shell == "bash")
        return bash(commands);
    if (shell == "zsh")
        return zsh(commands);
    if (shell == "fish")
        return fish(commands);
    throw Error::usage(fmt::format("there is no completion for \"{}\"; the shells are bash, zsh and fish", shell));
}

}  // namespace wqctl
