// SPDX-License-Identifier: GPL-2.0
#include "system/renewed_file.hh"

#include "system/replace_file.hh"
#include "text/error.hh"

namespace wqctl {

std::string RenewedFile::renew(std::string_view text)
{
    std::string trouble;
    try {
        replace_file(path_, text);
    } catch (const Error& error) {
        trouble = error.message;
    }
    const bool is_new = !trouble.empty() && trouble != trouble_;
    trouble_ = std::move(trouble);
    return is_new ? trouble_ + "; it is tried again" : "";
}

}  // namespace wqctl
