// SPDX-License-Identifier: GPL-2.0
// dump.schema.json is made of the columns of a dump's rows. With WQLAB_WRITE=1 in the environment this writes it.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "commands/dump/columns.hh"
#include "commands/dump/render.hh"
#include "unit/tree.hh"

using namespace wqctl;
using json = nlohmann::ordered_json;

namespace {

const char* const kFile = "tools/wqctl/commands/dump/dump.schema.json";

json of_columns(decltype(Shape::columns) columns);

json one_of(const Shape& shape)
{
    const auto typed = [&](const char* type) {
        return json{{"type", shape.or_null ? json{type, "null"} : json(type)}};
    };
    json said;
    switch (shape.kind) {
    case Shape::Kind::kInteger: return typed("integer");
    case Shape::Kind::kCount:
        said = typed("integer");
        said["minimum"] = 0;
        return said;
    case Shape::Kind::kText: return typed("string");
    case Shape::Kind::kBoolean: return typed("boolean");
    case Shape::Kind::kCpus:
        said = typed("string");
        said["pattern"] = "^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$";
        return said;
    case Shape::Kind::kIdentity:
        said = typed("string");
        said["pattern"] = "^[0-9a-f]{8,16}$";
        return said;
    case Shape::Kind::kWord:
        said["enum"] = json::array();
        for (const std::string_view word : shape.words())
            said["enum"].push_back(word);
        return said;
    case Shape::Kind::kRows: return {{"type", "array"}, {"items", of_columns(shape.columns)}};
    case Shape::Kind::kStats: break;
    }
    said = typed("object");
    said["properties"] = json::object();
    said["required"] = json::array();
    for (const std::string_view word : shape.words()) {
        said["properties"][std::string(word)] = {{"type", "integer"}, {"minimum", 0}};
        said["required"].push_back(word);
    }
    said["additionalProperties"] = false;
    return said;
}

// An object with these members, in this order.
json of_columns(decltype(Shape::columns) columns)
{
    json object = {{"type", "object"}, {"properties", json::object()}, {"required", json::array()}};
    columns(&object, [](void* to, std::string_view name, const Shape& shape, std::string_view doc) {
        json& all = *static_cast<json*>(to);
        json said = one_of(shape);
        if (shape.list)
            said = {{"type", "array"}, {"items", said}};
        if (!doc.empty())
            said["description"] = doc;
        all["properties"][std::string(name)] = said;
        if (!shape.may_be_left_out)
            all["required"].push_back(name);
    });
    object["additionalProperties"] = false;
    return object;
}

template <typename Row>
json rows(const char* doc = "")
{
    json list = {{"type", "array"}, {"items", of_columns(each_column<Row>)}};
    if (*doc)
        list["description"] = doc;
    return list;
}

json schema()
{
    json head = of_columns(each_column<Dump>);
    json all = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                {"title", kDumpSchema},
                {"description",
                 "What wqctl dump prints with --json. CPU sets are lists such as 0-3,8; items, workqueues and "
                 "pool_workqueues are known by the hash of their address."},
                {"type", "object"},
                {"properties", head["properties"]},
                {"required", head["required"]},
                {"additionalProperties", false}};
    json& sections = all["properties"];
    sections["schema"] = {{"const", kDumpSchema}};
    sections["scopes"] = rows<wqlab_snap_scope>();
    sections["pools"] = rows<wqlab_snap_pool>();
    sections["workqueues"] = rows<wqlab_snap_workqueue>();
    sections["rescuers"] = rows<Rescuer>();
    const auto tables = [](const json& properties) {
        json required = json::array();
        for (const auto& [name, table] : properties.items())
            required.push_back(name);
        return json{
            {"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
    };
    sections["nodes"] = tables({{"machine", rows<wqlab_snap_node>()}, {"active", rows<wqlab_snap_node_active>()}});
    sections["work"] = tables({{"workers", rows<wqlab_snap_worker>()},
                               {"items", rows<wqlab_snap_work>("In order within each pool and state.")},
                               {"flushers", rows<wqlab_snap_flusher>()},
                               {"tasks", rows<wqlab_snap_task>("Whom the other rows name.")}});
    sections["work"]["properties"]["stacks"] = rows<StackGroup>("With --stacks: equal ones put together, most first.");
    sections["timers"] = rows<wqlab_snap_timer>("The next one due first.");
    sections["hogs"] = rows<wqlab_snap_hog>("The worst first.");
    sections["cpus"] = rows<wqlab_snap_runqueue>("Who has each CPU.");
    return all;
}

}  // namespace

TEST_CASE("dump.schema.json is what the columns say")
{
    const std::string wanted = schema().dump(2) + "\n";
    if (std::getenv("WQLAB_WRITE"))
        std::ofstream(in_tree(kFile)) << wanted;
    std::ifstream file(in_tree(kFile));
    const std::string is{std::istreambuf_iterator<char>(file), {}};
    INFO("WQLAB_WRITE=1 build/unit/unit/unit \"dump.schema.json*\" writes it");
    CHECK(is == wanted);
}
