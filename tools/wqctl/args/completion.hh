// SPDX-License-Identifier: GPL-2.0
// Shell completion, from a model of the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

struct OptionModel {
    std::string name;  // "--flags"
    std::string description;
    bool takes_value = false;
    bool is_list = false;             // values joined by commas
    std::vector<std::string> values;  // those known beforehand
};

struct CommandModel {
    std::string name;
    std::string description;
    std::vector<OptionModel> options;
    std::vector<std::string> arguments;  // words that may follow
    bool takes_file = false;
};

// shell: "bash", "zsh" or "fish".
std::string render_completion(std::string_view shell, const std::vector<CommandModel>& commands);

}  // namespace wqctl
