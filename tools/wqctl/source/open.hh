// SPDX-License-Identifier: GPL-2.0
// From what was said of it to a Source.
#pragma once

#include <memory>
#include <string>

#include "source/flags.hh"
#include "source/source.hh"

namespace wqctl {

// Where to look.
struct SourceChoice {
    enum class What {
        kWhatThereIs,  // the module if it is loaded, else /proc/kcore
        kModule,
        kKcore,
        kFile
    };

    What what = What::kWhatThereIs;
    std::string file;
};

// Refuses what contradicts itself.
SourceChoice choose_source(const SourceFlags& flags);

// These refuse, with the remedy, what can't be looked into.
std::unique_ptr<Source> open_kcore();
std::unique_ptr<Source> open_file(const std::string& file, const SourceFlags& flags);

}  // namespace wqctl
