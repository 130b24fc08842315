// SPDX-License-Identifier: GPL-2.0
#include "commands/report/node_text.hh"

#include "term/json_writer.hh"

namespace wqctl::page {

namespace {

void write(JsonWriter& j, const Node& node)
{
    switch (node.kind) {
    case Node::Kind::kNull: return j.value(nullptr);
    case Node::Kind::kBool: return j.value(node.boolean);
    case Node::Kind::kUnsigned: return j.value(node.integer);
    case Node::Kind::kSigned: return j.value(node.negative);
    case Node::Kind::kReal: return j.value(node.real);
    case Node::Kind::kString: return j.value(node.string);
    case Node::Kind::kArray:
        return j.array([&] {
            for (const Node& item : node.items)
                write(j, item);
        });
    case Node::Kind::kObject:
        return j.object([&] {
            for (const Member& member : node.members) {
                // What is a key of JsonWriter's needs no escapes: those of scenarios do not, and others show as "?".
                std::string key = member.key;
                for (char& c : key)
                    c = c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' ? '?' : c;
                j.key(key);
                write(j, member.value);
            }
        });
    }
}

}  // namespace

std::string node_text(const Node& node)
{
    JsonWriter j(JsonLayout::kPretty);
    write(j, node);
    return j.take();
}

}  // namespace wqctl::page
