// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/show.hh"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/core.h>

#include "commands/trace/shown.hh"
#include "term/output.hh"
#include "text/error.hh"
#include "text/units.hh"
#include "trace/json.hh"
#include "trace/line.hh"
#include "trace/perfetto/reader.hh"
#include "trace/stories.hh"

namespace wqctl {

void ShowFlags::declare(Args& args)
{
    args.group("Of show FILE");
    args.option("--item", item, "ID", "At length: the stories of this item, or with slowest that of the slowest");
    args.choice(
        "--by", by, kStoryGroupings, "grouping", "WHAT",
        "What is put together in sums: item (a workqueue and a function; default), wq, function, queuer or cpu");
    args.choice("--sort", order, kStoryStages, "stage", "STAGE",
                "What slow means: wait (held back, and for a worker; default), held, waited, ran or slept");
    args.option("--slowest", slowest, "N", "So many of the slowest items are shown; default 10");
}

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open(const std::string& path)
{
    if (path == "-")
        return {stdin, [](std::FILE*) { return 0; }};
    std::FILE* file = std::fopen(path.c_str(), "rbe");
    if (!file)
        throw Error::usage(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    return {file, std::fclose};
}

// All of the file; says on standard error what of it could not be read.
void read_all(const std::string& path, perfetto::Reader& reader)
{
    const File file = open(path);
    std::vector<char> piece(1 << 20);
    while (const size_t count = std::fread(piece.data(), 1, piece.size(), file.get()))
        reader.take({piece.data(), count});
    if (std::ferror(file.get()))
        throw Error(kBad, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    const perfetto::ReadFile about = reader.finish();
    if (!about.is_recording)
        throw Error::usage(fmt::format("{} is no recording of wqctl trace", path),
                           "it reads what `wqctl trace -o FILE` wrote, in the format perfetto");
    if (about.is_damaged)
        print_trouble(fmt::format("{} is damaged behind packet {}: the rest was not read", path, about.packets));
    else if (about.is_cut || !about.has_end)
        print_trouble(fmt::format("{} is cut short: it was read to its last whole packet, the {}th", path,
                                  grouped(about.packets)));
    if (about.strange)
        print_trouble(fmt::format("{} packets of {} make no sense", grouped(about.strange), path));
    if (about.has_another)
        print_note(fmt::format("{} has a second recording in it, which is not shown", path));
}

std::optional<uint64_t> parse_item(const std::string& text)
{
    if (text == "slowest")
        return {};
    const std::string_view digits = std::string_view(text).substr(text.starts_with("0x") ? 2 : 0);
    uint64_t item = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), item, 16);
    if (error != std::errc() || end != digits.data() + digits.size())
        throw Error::usage(
            fmt::format("--item {}: an item is a hexadecimal number, as other views of the file show it", text),
            "or: --item slowest");
    return item;
}

}  // namespace

int show_trace(const std::string& file, const std::vector<std::string>& patterns, const ShowFlags& flags,
               ShowFormat format, Output& output)
{
    const Patterns compiled(patterns);
    const StoryStage order = flags.order.value_or(StoryStage::kWait);
    const auto print = [&](std::string_view text) { output.text(text); };
    std::unique_ptr<StoryListener> listener;
    SumsPage* sums = nullptr;
    AtLength* at_length = nullptr;
    if (flags.item) {
        auto one = std::make_unique<AtLength>(parse_item(*flags.item), order);
        at_length = one.get();
        listener = std::move(one);
    } else if (format == ShowFormat::kText) {
        listener = std::make_unique<LineWriter>(print, output.style());
    } else if (format == ShowFormat::kJson) {
        listener = std::make_unique<JsonLines>(print);
    } else {
        auto page = std::make_unique<SumsPage>(flags.by.value_or(StoryGrouping::kItem), order,
                                               parse_count32(flags.slowest.value_or("10")));
        sums = page.get();
        listener = std::move(page);
    }
    Meant meant(*listener, compiled);
    Stories stories(meant);
    perfetto::Reader reader(stories);
    read_all(file, reader);
    if (sums)
        output.text(sums->render(output.style()));
    if (at_length) {
        if (!at_length->found())
            throw Error(kBad, fmt::format("{} has no such item", file));
        output.text(at_length->render(output.style()));
    }
    if (!patterns.empty() && !meant.passed())
        print_note("no item's workqueue or function matches");
    return kDone;
}

}  // namespace wqctl
