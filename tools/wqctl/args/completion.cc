// SPDX-License-Identifier: GPL-2.0
#include "args/completion.hh"

#include <fmt/format.h>

#include "text/error.hh"

namespace wqctl {

namespace {

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

std::string bash(const std::vector<CommandModel>& commands)
{
    std::vector<std::string> names;
    for (const CommandModel& command : commands)
        names.push_back(command.name);
    std::string text = fmt::format(R"(# bash completion for wqctl
_wqctl() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command= word words= values= prefix=
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
        {}) command=$word; break ;;
        esac
    done
    case $command:$previous in
)",
                                   join(names, "|"));
    for (const CommandModel& command : commands)
        for (const OptionModel& option : command.options)
            if (!option.values.empty())
                text += fmt::format("    {}:{}) values=\"{}\"{} ;;\n", command.name, option.name, join(option.values),
                                    option.is_list ? "; [[ $current == *,* ]] && prefix=${current%,*}," : "");
            else if (option.takes_value)
                text += fmt::format("    {}:{}) return ;;\n", command.name, option.name);
    text += R"(    esac
    if [[ -n $values ]]; then
        COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "${current##*,}"))
        return
    fi
    case $command in
)";
    text += fmt::format("    '') words=\"{} --help --version\" ;;\n", join(names));
    for (const CommandModel& command : commands) {
        std::string words = join(command.arguments);
        for (const OptionModel& option : command.options)
            words += (words.empty() ? "" : " ") + option.name;
        text += fmt::format("    {}) words=\"{}\"{} ;;\n", command.name, words,
                            command.takes_file ? "; [[ $current != -* ]] && COMPREPLY=($(compgen -f -- \"$current\"))" : "");
    }
    return text + R"(    esac
    COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _wqctl wqctl
)";
}

std::string zsh(const std::vector<CommandModel>& commands)
{
    const auto quoted = [](const std::string& text) {
        std::string result = replaced(replaced(text, '\'', "'\\''"), '[', "\\[");
        return replaced(replaced(result, ']', "\\]"), ':', "\\:");
    };
    std::string text = "#compdef wqctl\n_wqctl() {\n    local -a commands=(\n";
    for (const CommandModel& command : commands)
        text += fmt::format("        '{}:{}'\n", command.name, quoted(command.description));
    text += "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
            "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n";
    for (const CommandModel& command : commands) {
        text += fmt::format("    {})\n        _arguments", command.name);
        for (const OptionModel& option : command.options) {
            text += fmt::format(" \\\n            '{}[{}]", option.name, quoted(option.description));
            if (option.is_list)
                text += fmt::format(":value:_values -s , value {}", join(option.values));
            else if (option.takes_value)
                text += option.values.empty() ? ":value: " : fmt::format(":value:({})", join(option.values));
            text += "'";
        }
        if (!command.arguments.empty())
            text += fmt::format(" \\\n            '1:argument:({})'", join(command.arguments));
        if (command.takes_file)
            text += " \\\n            '1:scenario file:_files'";
        text += "\n        ;;\n";
    }
    return text + "    esac\n}\n_wqctl \"$@\"\n";
}

std::string fish(const std::vector<CommandModel>& commands)
{
    const auto quoted = [](const std::string& text) { return replaced(replaced(text, '\\', "\\\\"), '\'', "\\'"); };
    std::string text = "# fish completion for wqctl\ncomplete -c wqctl -f\n";
    for (const CommandModel& command : commands)
        text += fmt::format("complete -c wqctl -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                            quoted(command.description));
    for (const CommandModel& command : commands) {
        const std::string here = fmt::format("complete -c wqctl -n '__fish_seen_subcommand_from {}'", command.name);
        for (const OptionModel& option : command.options) {
            text += fmt::format("{} -l {} -d '{}'", here, option.name.substr(2), quoted(option.description));
            if (option.is_list)
                text += fmt::format(" -x -a '(__fish_complete_list , \"printf %s\\\\\\\\n {}\")'", join(option.values));
            else if (option.takes_value)
                text += option.values.empty() ? " -x" : fmt::format(" -x -a '{}'", join(option.values));
            text += "\n";
        }
        if (!command.arguments.empty())
            text += fmt::format("{} -a '{}'\n", here, join(command.arguments));
        if (command.takes_file)
            text += fmt::format("{} -F\n", here);
    }
    return text;
}

}  // namespace

std::string render_completion(std::string_view shell, const std::vector<CommandModel>& commands)
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
