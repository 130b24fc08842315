// SPDX-License-Identifier: GPL-2.0
#include "commands/report/input.hh"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "commands/report/samples.hh"
#include "report/measure.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "text/split.hh"

namespace wqctl::page {

namespace {

// A document is taken apart at once, a line of a series by itself.
constexpr size_t kMostAtOnce = size_t{64} << 20;

struct Kind {
    std::string_view schema;
    std::string_view title;
    void (*read)(const Fields&, Draft&);
};

constexpr std::string_view kDoctor = "wqlab/doctor/1";
constexpr std::string_view kMonitor = "wqlab/monitor/1";

constexpr std::array<Kind, 7> kKinds = {{{"wqlab/run/1", "Run", read_run},
                                         {"wqlab/bench/1", "Bench", read_bench},
                                         {"wqlab/compare/1", "Comparison", read_compare},
                                         {"wqlab/latency/1", "Recording of latencies", read_latency},
                                         {"wqlab/check/1", "Promises", read_check},
                                         {kDoctor, "What is stuck", read_doctor},
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

// Gives the documents of a file: one, or one a line (monitor and a doctor that watches go on until they are stopped).
// Whether the last one was whole; if not, it is left out.
bool each_document(const Input& input, const std::function<void(Node&&, const std::string& place)>& give)
{
    const bool is_series = input.text.starts_with("{\"schema\":\"");
    if (!is_series) {
        if (input.text.size() > kMostAtOnce)
            throw Error::usage(fmt::format("{}: has more than 64 MiB, which no document of wqctl's has", input.file));
        give(parse_document(input.text, input.file), input.file);
        return true;
    }
    const std::vector<std::string_view> lines = split(input.text, "\n");
    for (size_t i = 0; i < lines.size(); i++) {
        if (lines[i].find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const std::string place = i == 0 ? input.file : fmt::format("{}, line {}", input.file, i + 1);
        std::optional<Node> node;
        try {
            node = parse_document(lines[i], place);
        } catch (const Error&) {
            // Behind the last end of line stands what its writer was stopped within.
            if (i == 0 || i + 1 < lines.size())
                throw;
            return false;
        }
        give(std::move(*node), place);
    }
    return true;
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
        // Of one document given twice, or several in one file.
        std::map<std::string, unsigned> names;
        for (Distributions::Series& series : distributions_)
            if (const unsigned number = ++names[series.name]; number > 1)
                series.name += fmt::format(" #{}", number);
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
        Samples samples;
        std::vector<std::pair<std::string, Node>> watched;
        const bool is_whole = each_document(input, [&](Node&& node, const std::string& place) {
            const Fields root(node, "the document", place);
            const Kind& kind = kind_of(root, place);
            if (kind.schema == kMonitor) {
                samples.add(root);
            } else if (kind.schema == kDoctor && root.find("time")) {
                watched.emplace_back(place, std::move(node));
            } else {
                Draft draft = begin(kind, input);
                kind.read(root, draft);
            }
        });
        if (!watched.empty()) {
            Draft draft = begin({kDoctor, "What was stuck as time went on", nullptr}, input);
            std::vector<Fields> lines;
            for (const auto& [place, node] : watched)
                lines.emplace_back(node, "the document", place);
            read_doctor_watch(lines, draft);
        }
        if (!samples.empty()) {
            Draft draft = begin(kKinds.back(), input);
            samples.draw(draft);
        }
        if (!is_whole)
            sections_.back().note("The last line of the file is not whole, and left out.", Mark::kDoubtful);
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

Page make_page(const std::vector<Input>& inputs, const std::string& title)
{
    return Maker(inputs).take(title.empty() ? default_title(inputs) : title);
}

}  // namespace wqctl::page
