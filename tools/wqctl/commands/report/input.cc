// SPDX-License-Identifier: GPL-2.0
#include "commands/report/input.hh"

#include <algorithm>
#include <fstream>

#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "report/measure.hh"
#include "system/gzip.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl::page {

namespace {

constexpr size_t kMost = size_t{64} << 20;

struct Kind {
    std::string_view schema;
    std::string_view title;
    void (*read)(const Fields&, Draft&);
};

constexpr std::string_view kMonitor = "wqlab/monitor/1";

constexpr std::array<Kind, 7> kKinds = {{{"wqlab/run/1", "Run", read_run},
                                         {"wqlab/bench/1", "Bench", read_bench},
                                         {"wqlab/compare/1", "Comparison", read_compare},
                                         {"wqlab/latency/1", "Recording of latencies", read_latency},
                                         {"wqlab/check/1", "Promises", read_check},
                                         {"wqlab/doctor/1", "What is stuck", read_doctor},
                                         {kMonitor, "Workqueues as time went on", nullptr}}};

// "wqlab/run/1" without its version.
std::string_view family(std::string_view schema) { return schema.substr(0, schema.rfind('/')); }
// "run"
std::string_view command_of(std::string_view schema) { return family(schema).substr(6); }

[[noreturn]] void refuse(const std::string& schema, const std::string& place)
{
    for (const Kind& kind : kKinds)
        if (family(kind.schema) == family(schema))
            throw Error::usage(
                fmt::format("{}: is of schema \"{}\", and this wqctl reads {}", place, one_line(schema), kind.schema),
                "use the wqctl that wrote it, or a newer one");
    std::vector<std::string> known;
    for (const Kind& kind : kKinds)
        known.emplace_back(kind.schema);
    throw Error::usage(fmt::format("{}: no report is made of a document of schema \"{}\"; it must be {}", place,
                                   one_line(schema), enumerate(known, "or")));
}

const Kind& kind_of(const Fields& root, const std::string& place)
{
    const std::string schema = root.text("schema");
    for (const Kind& kind : kKinds)
        if (kind.schema == schema)
            return kind;
    refuse(schema, place);
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string default_title(const std::vector<Input>& inputs)
{
    return "wqlab report" + (inputs.size() == 1 ? ": " + base_name(inputs.front().file) : "");
}

// The documents of a file: one, or one a line (monitor and a doctor that watches go on until they are stopped).
struct Parsed {
    std::string place;
    Node node;
};

std::vector<Parsed> parse(const Input& input)
{
    std::vector<Parsed> parsed;
    const bool is_stream = input.text.starts_with("{\"schema\":\"");
    if (!is_stream) {
        parsed.push_back({input.file, parse_document(input.text, input.file)});
        return parsed;
    }
    size_t number = 0;
    for (const std::string_view line : split(input.text, "\n")) {
        number++;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const std::string place = number == 1 ? input.file : fmt::format("{}, line {}", input.file, number);
        parsed.push_back({place, parse_document(line, place)});
    }
    return parsed;
}

class Maker {
public:
    explicit Maker(const std::vector<Input>& inputs) : files_(inputs.size())
    {
        for (const Input& input : inputs)
            of_name_[base_name(input.file)]++;
        for (const Input& input : inputs)
            add(input);
    }

    Page take(const std::string& title)
    {
        // What can be laid over one another stands before what it is of.
        std::erase_if(distributions_, [](const Distributions::Series& series) {
            return std::none_of(series.stages.begin(), series.stages.end(),
                                [](const auto& d) { return d.has_value(); });
        });
        const auto is_of_the_first = [&](const Distributions::Series& series) {
            return series.document == distributions_.front().document;
        };
        if (!std::all_of(distributions_.begin(), distributions_.end(), is_of_the_first))
            for (Distributions::Series& series : distributions_)
                series.name = series.document + ": " + series.name;
        if (!distributions_.empty()) {
            Section section{"Latencies", "of all documents that have histograms", {}};
            section.blocks.push_back(Distributions{"Distributions", std::move(distributions_)});
            sections_.insert(sections_.begin(), std::move(section));
        }
        Page page;
        page.title = title;
        page.subtitle = counted(files_, "document");
        page.sections = std::move(sections_);
        return page;
    }

private:
    void add(const Input& input)
    {
        const std::vector<Parsed> documents = parse(input);
        std::vector<Fields> samples;
        for (const Parsed& parsed : documents) {
            const Fields root(parsed.node, "the document", parsed.place);
            const Kind& kind = kind_of(root, parsed.place);
            if (kind.read) {
                Draft draft = begin(kind, input);
                kind.read(root, draft);
            } else {
                samples.push_back(root);
            }
        }
        if (samples.empty())
            return;
        Draft draft = begin(kKinds.back(), input);
        read_monitor(samples, draft);
    }

    Draft begin(const Kind& kind, const Input& input)
    {
        Section section{std::string(kind.title), fmt::format("wqctl {}: {}", command_of(kind.schema), input.file), {}};
        // Several are told apart by their files' names, or by their paths where a name is that of two.
        const std::string base = base_name(input.file);
        const std::string name = of_name_.at(base) > 1 ? input.file : base;
        if (files_ > 1)
            section.title += ": " + name;
        sections_.push_back(std::move(section));
        return {sections_.back(), distributions_, name};
    }

    size_t files_;
    std::map<std::string, unsigned> of_name_;  // how many files have it
    std::vector<Section> sections_;
    std::vector<Distributions::Series> distributions_;
};

}  // namespace

Input read_input(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    // Opening a directory succeeds; reading it does not.
    stream.peek();
    if (!stream.is_open() || stream.bad())
        throw Error::usage(fmt::format("cannot read the document \"{}\"", path));
    std::string text;
    std::array<char, 1 << 16> part;
    while (stream.read(part.data(), part.size()), stream.gcount() > 0) {
        text.append(part.data(), static_cast<size_t>(stream.gcount()));
        if (text.size() > kMost)
            throw Error::usage(fmt::format("{}: has more than 64 MiB, which no document of wqctl's has", path));
    }
    if (is_gzip(text)) {
        auto unpacked = gunzip(text, kMost);
        if (!unpacked)
            throw Error::usage(fmt::format("{}: what gzip packed is damaged, cut short, or larger than 64 MiB", path));
        text = std::move(*unpacked);
    }
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Error::usage(fmt::format("{}: is empty; give it what a command of wqctl prints with --json", path));
    return {path, std::move(text)};
}

Page make_page(const std::vector<Input>& inputs, const std::string& title)
{
    return Maker(inputs).take(title.empty() ? default_title(inputs) : title);
}

}  // namespace wqctl::page
