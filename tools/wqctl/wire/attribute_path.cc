// SPDX-License-Identifier: GPL-2.0
#include "wire/attribute_path.hh"

#include <map>

#include <fmt/core.h>
#include <linux/netlink.h>

namespace wqctl {

namespace {

using Names = std::span<const AttributeName>;

const AttributeName* find(Names names, unsigned type)
{
    for (const AttributeName& name : names)
        if (name.type == type)
            return &name;
    return nullptr;
}

std::string name_of(Names names, unsigned type)
{
    const AttributeName* known = find(names, type);
    return known ? known->name : fmt::format("attribute {}", type);
}

// Calls visit(attribute, its name, the names of what it nests); of several of one type the name has an index.
template <typename Visit>
void each(Names names, Bytes stream, Visit visit)
{
    std::map<unsigned, unsigned> seen;
    const Attributes attributes(stream);
    for (const Attribute& attribute : attributes.all()) {
        std::string name = name_of(names, attribute.type);
        const AttributeName* known = find(names, attribute.type);
        if (known && known->multi)
            name += fmt::format("[{}]", seen[attribute.type]++);
        visit(attribute, name, known ? known->nested : Names());
    }
}

}  // namespace

std::string attribute_at(Names names, Bytes request, uint32_t offset)
{
    std::string path;
    each(names, request, [&](const Attribute& attribute, const std::string& name, Names nested) {
        const uint32_t payload = attribute.offset + NLA_HDRLEN;
        if (attribute.offset == offset)
            path = name;
        else if (!nested.empty() && offset >= payload && offset < payload + attribute.payload.size())
            if (const std::string inner = attribute_at(nested, attribute.payload, offset - payload); !inner.empty())
                path = name + " " + inner;
    });
    return path;
}

std::string missing_attribute(Names names, Bytes request, unsigned type, const uint32_t* nest_offset)
{
    if (!nest_offset)
        return name_of(names, type);
    std::string path = fmt::format("attribute {}", type);
    each(names, request, [&](const Attribute& attribute, const std::string& name, Names nested) {
        if (attribute.offset == *nest_offset)
            path = name + " " + name_of(nested, type);
    });
    return path;
}

CommandName command_name(uint8_t command)
{
    for (const CommandName& known : command_names())
        if (known.command == command)
            return known;
    return {command, "?", {}};
}

}  // namespace wqctl
