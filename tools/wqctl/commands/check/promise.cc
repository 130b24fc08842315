// SPDX-License-Identifier: GPL-2.0
#include "commands/check/promise.hh"

namespace wqctl {

const char* status_name(uint32_t status)
{
    switch (status) {
    case WQLAB_CHECK_PASS: return "pass";
    case WQLAB_CHECK_FAIL: return "fail";
    case WQLAB_CHECK_KNOWN: return "known";
    }
    return "skip";
}

const std::vector<ClassName>& class_names()
{
    static const std::vector<ClassName> names = {
        {WQLAB_CHECK_NEGATIVE, "negative"}, {WQLAB_CHECK_HOTPLUG, "hotplug"}, {WQLAB_CHECK_SLOW, "slow"},
        {WQLAB_CHECK_NUMA, "numa"},         {WQLAB_CHECK_MEMORY, "memory"},   {WQLAB_CHECK_FREEZER, "freezer"},
    };
    return names;
}

std::vector<std::string> names_of_classes(uint32_t classes)
{
    std::vector<std::string> names;
    for (const ClassName& name : class_names())
        if (classes & name.bit)
            names.emplace_back(name.name);
    return names;
}

void Tally::add(uint32_t status)
{
    switch (status) {
    case WQLAB_CHECK_PASS: passed++; break;
    case WQLAB_CHECK_FAIL: failed++; break;
    case WQLAB_CHECK_KNOWN: known++; break;
    default: skipped++;
    }
}

}  // namespace wqctl
