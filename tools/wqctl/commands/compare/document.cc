// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/document.hh"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "scenario/document_file.hh"
#include "scenario/fields.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

struct Reader {
    std::string_view schema;
    void (*read)(const Fields&, Document&);
};

constexpr std::string_view kMonitor = "wqlab/monitor/1";

constexpr std::array<Reader, 5> kReaders = {{
    {"wqlab/bench/1", read_bench},
    {"wqlab/run/1", read_run},
    {"wqlab/latency/1", read_latency},
    {"wqlab/check/1", read_check},
    {kMonitor, read_monitor_sample},  // a line each
}};

const Reader& reader_of(const Fields& root)
{
    const std::string schema = root.text("schema");
    const auto found = std::find_if(kReaders.begin(), kReaders.end(),
                                    [&](const Reader& r) { return r.schema == schema; });
    if (found == kReaders.end()) {
        std::vector<std::string> known;
        for (const std::string_view one : comparable_schemas())
            known.emplace_back(one);
        throw Error::usage(fmt::format("{}: a document of schema \"{}\" can't be compared; it must be {}", root.file(),
                                       one_line(schema), enumerate(known, "or")));
    }
    return *found;
}

// One a line.
Document parse_samples(std::string_view text, const std::string& file)
{
    Document document;
    document.file = file;
    document.schema = kMonitor;
    size_t number = 0;
    for (const std::string_view line : split(text, "\n")) {
        number++;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const std::string place = fmt::format("{}, sample {}", file, number);
        const Node node = parse_document(line, place);
        const Fields root(node, "the sample", place);
        if (root.text("schema") != kMonitor)
            throw Error::usage(
                fmt::format("{}: is of schema \"{}\"; all must be {}", place, one_line(root.text("schema")), kMonitor));
        read_monitor_sample(root, document);
    }
    return document;
}

// What is not what the load does, or may differ and figures be comparable still.
bool makes_no_difference(std::string_view key)
{
    constexpr std::array<std::string_view, 5> kKeys = {"description", "seed", "duration", "items", "$schema"};
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

std::string text_of(const Node& node)
{
    switch (node.kind) {
    case Node::Kind::kNull: return "null";
    case Node::Kind::kBool: return node.boolean ? "true" : "false";
    case Node::Kind::kString: return node.string;
    case Node::Kind::kUnsigned: return std::to_string(node.integer);
    case Node::Kind::kSigned: return std::to_string(node.negative);
    default: return fmt::format("{}", node.real);
    }
}

}  // namespace

std::vector<std::string_view> comparable_schemas()
{
    std::vector<std::string_view> schemas;
    for (const Reader& reader : kReaders)
        schemas.push_back(reader.schema);
    return schemas;
}

void Document::add(std::string row, const Measure& measure, double value)
{
    const auto [place, is_new] = places_.emplace(std::pair(row, measure.key), series.size());
    if (is_new)
        series.push_back({std::move(row), measure, {}});
    series[place->second].rounds.push_back(value);
}

void Document::add_facts(const std::string& path, const Node& node)
{
    if (node.kind == Node::Kind::kObject) {
        for (const Member& member : node.members)
            if (!makes_no_difference(member.key))
                add_facts(path + (path.empty() || path.ends_with(' ') ? "" : ".") + member.key, member.value);
    } else if (node.kind == Node::Kind::kArray) {
        for (size_t i = 0; i < node.items.size(); i++)
            add_facts(fmt::format("{}[{}]", path, i), node.items[i]);
    } else {
        facts.emplace_back(path, text_of(node));
    }
}

Document parse_comparable(std::string_view text, const std::string& file)
{
    if (text.starts_with(fmt::format("{{\"schema\":\"{}\"", kMonitor)))
        return parse_samples(text, file);
    const Node node = parse_document(text, file);
    const Fields root(node, "the document", file);
    Document document;
    document.file = file;
    const Reader& reader = reader_of(root);
    document.schema = reader.schema;
    reader.read(root, document);
    return document;
}

Document read_document(const std::string& path) { return parse_comparable(read_document_file(path), path); }

}  // namespace wqctl
