// SPDX-License-Identifier: GPL-2.0
// What is in fmt's library, for Debian has it as a shared one only.
#include <fmt/format-inl.h>

namespace fmt::detail {

// What fmt's headers declare as instantiated elsewhere.
template void vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>, locale_ref);
template thousands_sep_result<char> thousands_sep_impl(locale_ref);
template char decimal_point_impl(locale_ref);
template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;

}  // namespace fmt::detail
