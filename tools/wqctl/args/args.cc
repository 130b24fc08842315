// SPDX-License-Identifier: GPL-2.0
#include "args/args.hh"

namespace wqctl {

std::string Argument::long_name() const
{
    if (kind == Kind::kWord)
        return names;
    return names.substr(names.find("--"));
}

std::string Argument::short_name() const { return names.starts_with("--") ? "" : names.substr(0, names.find(',')); }

Argument& Args::add(Argument::Kind kind, std::string names, std::string type, std::string help)
{
    Argument& argument = arguments_.emplace_back();
    argument.kind = kind;
    argument.names = std::move(names);
    argument.type = std::move(type);
    argument.help = std::move(help);
    argument.group = group_;
    return argument;
}

Argument& Args::word(std::string name, std::optional<std::string>& into, std::string help)
{
    Argument& argument = add(Argument::Kind::kWord, std::move(name), "", std::move(help));
    argument.take = [&into](std::string_view word) { into = word; };
    return argument;
}

Argument& Args::word(std::string name, std::string& into, std::string help)
{
    Argument& argument = add(Argument::Kind::kWord, std::move(name), "", std::move(help));
    argument.take = [&into](std::string_view word) { into = word; };
    return argument;
}

Argument& Args::words(std::string name, std::vector<std::string>& into, std::string help)
{
    Argument& argument = add(Argument::Kind::kWord, std::move(name), "", std::move(help));
    argument.is_repeatable = true;
    argument.take = [&into](std::string_view word) { into.emplace_back(word); };
    return argument;
}

Argument& Args::option(std::string names, std::optional<std::string>& into, std::string type, std::string help)
{
    Argument& argument = add(Argument::Kind::kOption, std::move(names), std::move(type), std::move(help));
    argument.take = [&into](std::string_view value) { into = value; };
    return argument;
}

Argument& Args::option(std::string names, std::string& into, std::string type, std::string help)
{
    Argument& argument = add(Argument::Kind::kOption, std::move(names), std::move(type), std::move(help));
    argument.take = [&into](std::string_view value) { into = value; };
    return argument;
}

Argument& Args::options(std::string names, std::vector<std::string>& into, std::string type, std::string help)
{
    Argument& argument = add(Argument::Kind::kOption, std::move(names), std::move(type), std::move(help));
    argument.is_repeatable = true;
    argument.take = [&into](std::string_view value) { into.emplace_back(value); };
    return argument;
}

Argument& Args::flag(std::string names, bool& into, std::string help)
{
    Argument& argument = add(Argument::Kind::kFlag, std::move(names), "", std::move(help));
    argument.take = [&into](std::string_view) { into = true; };
    return argument;
}

Argument& Args::json(bool& into, std::vector<std::string> schemas, std::string names)
{
    std::string help = "One JSON document (" + schemas.front() + ")";
    schemas_.insert(schemas_.end(), schemas.begin(), schemas.end());
    return flag(std::move(names), into, std::move(help));
}

}  // namespace wqctl
