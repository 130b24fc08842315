// SPDX-License-Identifier: GPL-2.0
#include "scenario/fields.hh"

#include <cmath>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

Fields::Fields(const Node& node, std::string_view what, const std::string& file) : node_(node), what_(what), file_(file)
{
    if (node.kind != Node::Kind::kObject)
        throw Error::usage(
            fmt::format("{}:{}: {} is {}; it must be an object", file, node.line, what, node.kind_name()));
}

const Node* Fields::find(std::string_view key) const
{
    for (const Member& member : node_.members)
        if (member.key == key)
            return member.value.kind == Node::Kind::kNull ? nullptr : &member.value;
    return nullptr;
}

const Node& Fields::need(std::string_view key, std::string_view right) const
{
    const Node* node = find(key);
    if (!node)
        throw Error::usage(fmt::format("{}:{}: {} has no \"{}\"; it must be {}", file_, node_.line, what_, key, right));
    return *node;
}

void Fields::refuse(std::string_view key, const Node& node, std::string_view right) const
{
    throw Error::usage(
        fmt::format("{}:{}: \"{}\" of {} is {}; it must be {}", file_, node.line, key, what_, node.kind_name(), right));
}

std::string Fields::text(std::string_view key) const
{
    const Node& node = need(key, "a string");
    if (node.kind != Node::Kind::kString)
        refuse(key, node, "a string");
    return node.string;
}

std::string Fields::text_or(std::string_view key, std::string_view otherwise) const
{
    return find(key) ? text(key) : std::string(otherwise);
}

double Fields::number(std::string_view key) const
{
    const std::string_view right = "a number that is not negative";
    const Node& node = need(key, right);
    if (!node.is_number() || !std::isfinite(node.real) || node.real < 0)
        refuse(key, node, right);
    return node.real;
}

std::optional<double> Fields::number_if_any(std::string_view key) const
{
    return find(key) ? std::optional(number(key)) : std::nullopt;
}

const std::vector<Node>& Fields::list(std::string_view key) const
{
    const Node& node = need(key, "a list");
    if (node.kind != Node::Kind::kArray)
        refuse(key, node, "a list");
    return node.items;
}

const std::vector<Node>& Fields::list_if_any(std::string_view key) const
{
    static const std::vector<Node> none;
    return find(key) ? list(key) : none;
}

std::vector<std::string> Fields::texts(std::string_view key) const
{
    std::vector<std::string> texts;
    for (const Node& node : list_if_any(key)) {
        if (node.kind != Node::Kind::kString)
            refuse(key, node, "a list of strings");
        texts.push_back(node.string);
    }
    return texts;
}

Fields Fields::object(std::string_view key) const
{
    return {need(key, "an object"), fmt::format("\"{}\" of {}", key, what_), file_};
}

}  // namespace wqctl
