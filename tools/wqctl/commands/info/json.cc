// SPDX-License-Identifier: GPL-2.0
#include "commands/info/render.hh"

#include "core/lacks.hh"
#include "snapshot/names.hh"
#include "source/vmcore/decompress.hh"
#include "term/json_writer.hh"
#include "text/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

std::string info_to_json(const Info& info)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/info/1");
        j.member("module_version", info.module_version);
        j.member("kernel", info.release);
        j.member("family_version", WQLAB_FAMILY_VERSION);
        j.member("features", feature_names(info.features));
        j.member("flags", flags_to_names(info.wq_flags));
        std::vector<wqlab::Lack> lacks;
        for (const wqlab::Lack& lack : wqlab::kLacks)
            if (info.lacks & lack.bit)
                lacks.push_back(lack);
        j.objects("lacks", lacks, [&](const wqlab::Lack& lack) {
            j.member("what", lack.name);
            j.member("since", lack.since);
        });
        j.member("dump_compressions", decompressors());
        j.member("system_workqueues", info.system_workqueues);
        j.member("histogram_sub_bits", info.sub_bits);
        j.object("limits", [&] {
            for (const auto& [name, value] : info.limits)
                j.member(name, value);
        });
        j.objects("views", info.views, [&](const View& view) {
            j.member("view", section_name(view.section));
            j.member("available", view.lacks.empty());
            j.member("lacks", view.lacks);
            j.member("missing_columns", view.missing_columns);
        });
    });
    return j.take();
}

}  // namespace wqctl
