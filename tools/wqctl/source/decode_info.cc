// SPDX-License-Identifier: GPL-2.0
#include "source/decode.hh"

#include <algorithm>

#include "uapi/wqlab.h"

namespace wqctl {

namespace {

// Of a bucket's number, which has 32 bits. A file may say anything.
constexpr uint32_t kMostSubBits = 24;

std::string text_of(const Attribute& attribute) { return Attributes::to_string(attribute.payload); }

View decode_view(const Attributes& attributes)
{
    View view;
    view.section = attributes.u32(WQLAB_A_VIEW_SECTION);
    for (const Attribute& attribute : attributes.all()) {
        if (attribute.type == WQLAB_A_VIEW_LACKS)
            view.lacks.push_back(text_of(attribute));
        if (attribute.type == WQLAB_A_VIEW_MISSING_COLUMN)
            view.missing_columns.push_back(text_of(attribute));
    }
    return view;
}

}  // namespace

Info decode_info(const Attributes& attributes)
{
    Info info;
    info.module_version = attributes.string(WQLAB_A_INFO_MODULE_VERSION);
    info.release = attributes.string(WQLAB_A_INFO_RELEASE);
    info.features = attributes.u32(WQLAB_A_INFO_FEATURES);
    info.wq_flags = attributes.u32(WQLAB_A_INFO_WQ_FLAGS);
    info.lacks = attributes.u32(WQLAB_A_INFO_LACKS);
    info.sub_bits = std::min(attributes.u32(WQLAB_A_INFO_SUB_BITS), kMostSubBits);
    for (const Attribute& attribute : attributes.all()) {
        if (attribute.type == WQLAB_A_INFO_SYSTEM_WQ)
            info.system_workqueues.push_back(text_of(attribute));
        if (attribute.type == WQLAB_A_INFO_LIMIT) {
            const Attributes limit(attribute.payload);
            info.limits.emplace_back(limit.string(WQLAB_A_LIMIT_NAME), limit.u64(WQLAB_A_LIMIT_VALUE));
        }
        if (attribute.type == WQLAB_A_INFO_VIEW)
            info.views.push_back(decode_view(Attributes(attribute.payload)));
    }
    return info;
}

}  // namespace wqctl
