// SPDX-License-Identifier: GPL-2.0
#include "source/read_source.hh"

#include <cstring>
#include <utility>

#include "inspect/flags.hh"
#include "inspect/snapshot.hh"
#include "text/error.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::vector<std::string> strings_of(const wqlab::Snapshot& taken)
{
    std::vector<std::string> strings;
    const auto& text = taken.strings.text();
    // As names are that come by the wire: they end on terminals.
    for (const char* at = text.begin(); at != text.end(); at += std::strlen(at) + 1)
        strings.push_back(one_line(at));
    return strings;
}

Snapshot copy(const wqlab::Snapshot& taken)
{
    Snapshot snapshot;
    snapshot.head = taken.head;
    snapshot.sections = taken.sections;
    for (const wqlab::Trouble& trouble : taken.troubles.rows()) {
        char text[160];
        wqlab::Text out(text);
        trouble.describe(out);
        snapshot.troubles.emplace_back(text);
    }
    snapshot.strings = strings_of(taken);
    snapshot.mask_words.assign(taken.masks.words().begin(), taken.masks.words().end());
#define WQCTL_COPY(attribute, table, row) snapshot.table.assign(taken.table.begin(), taken.table.end());
    WQLAB_SNAPSHOT_TABLES(WQCTL_COPY)
#undef WQCTL_COPY
    return snapshot;
}

View view_of(const wqlab::Kernel& kernel, uint32_t bit)
{
    constexpr size_t kMost = 8;  // of many more, these are enough to say
    View view{.section = bit & WQLAB_SECTIONS_ALL, .lacks = {}};
    const auto add_to = [](std::vector<std::string>& words) {
        return [&words](const char* what) {
            if (words.size() < kMost)
                words.emplace_back(what);
        };
    };
    kernel.for_each_lack(bit, add_to(view.lacks));
    kernel.for_each_missing_column(bit, add_to(view.missing_columns));
    if (bit == wqlab::view::kLatency)
        view.lacks = {"the module"};
    return view;
}

Info make_info(const wqlab::Kernel& kernel)
{
    Info info;
    info.wq_flags = wqlab::translate<wqlab::FlagSet::kWorkqueueFlags>(kernel, UINT32_MAX) & WQLAB_WQ_FLAGS_ALL;
    info.lacks = kernel.lacks();
    for (const wqlab::Symbol symbol : wqlab::system_workqueues())
        if (kernel.has(symbol))
            info.system_workqueues.emplace_back(wqlab::all_symbols()[static_cast<size_t>(symbol)].name);
    for (uint32_t bit = 1; bit & wqlab::view::kAll; bit <<= 1)
        info.views.push_back(view_of(kernel, bit));
    return info;
}

}  // namespace

ReadSource::ReadSource(std::unique_ptr<ReadKernel> read) : read_(std::move(read)) {}

ReadSource::~ReadSource() = default;

const wqlab::Kernel& ReadSource::kernel()
{
    if (!kernel_) {
        read_->begin();
        has_begun_ = true;
        kernel_ = std::make_unique<wqlab::Kernel>(read_->image());
        kernel_->learn();
        read_->learned(*kernel_);
    }
    return *kernel_;
}

const Info& ReadSource::info()
{
    if (!info_) {
        info_ = make_info(kernel());
        info_->release = read_->release();
    }
    return *info_;
}

Snapshot ReadSource::snapshot(uint32_t sections)
{
    const wqlab::Kernel& known = kernel();
    // The list of workqueues, too, may change under the walk, and what is behind that place is missing then.
    constexpr int kMostTries = 3;
    Snapshot best;
    for (int left = read_->is_running() ? kMostTries : 1; left; left--) {
        if (!std::exchange(has_begun_, false))
            read_->begin();
        wqlab::Snapshot taken;
        if (!taken.take(known, sections).ok())
            throw Error(kUnavailable, read_->origin() + ": which CPUs there are cannot be read",
                        "wqctl info says what can be shown of it, and what is lacking");
        if (best.strings.empty() || taken.troubles.rows().size() < best.troubles.size())
            best = copy(taken);
        if (best.troubles.empty())
            break;
    }
    for (std::string& trouble : read_->troubles())
        best.troubles.push_back(std::move(trouble));
    return best;
}

}  // namespace wqctl
