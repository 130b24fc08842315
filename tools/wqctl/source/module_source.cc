// SPDX-License-Identifier: GPL-2.0
#include "source/module_source.hh"

#include "source/decode.hh"
#include "uapi/wqlab.h"
#include "wire/lab.hh"

namespace wqctl {

namespace {

Info fetch_info(Lab& lab)
{
    Message message;
    Info info;
    lab.ask(WQLAB_CMD_INFO, message, [&](uint8_t, const Attributes& attributes) { info = decode_info(attributes); });
    return info;
}

}  // namespace

const Info& ModuleSource::info()
{
    if (info_)
        return *info_;
    info_ = fetch_info(lab_);
    for (const View& view : info_->views)
        known_sections_ |= view.section;
    for (uint32_t bit = 1; bit & WQLAB_SECTIONS_ALL; bit <<= 1)
        if (!(bit & known_sections_))
            info_->views.push_back({.section = bit, .lacks = {"a newer module"}});
    return *info_;
}

Snapshot ModuleSource::snapshot(uint32_t sections)
{
    info();
    Message message;
    message.put_u32(WQLAB_A_SNAPSHOT_SECTIONS, sections & known_sections_);
    Snapshot snapshot;
    lab_.dump(WQLAB_CMD_SNAPSHOT, message,
              [&](uint8_t, const Attributes& attributes) { decode_part(attributes, snapshot); });
    return snapshot;
}

}  // namespace wqctl
