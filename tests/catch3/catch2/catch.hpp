// SPDX-License-Identifier: GPL-2.0
// Catch2 3 under the names of Catch2 2, in which the tests are written: Debian 12 has 2, Debian 13 has 3. CMake adds this
// directory where there is 3.
#pragma once

#include <string>
#include <utility>

#include <catch2/catch_all.hpp>

using Catch::Approx;

namespace Catch {

using Matchers::EndsWith;
using Matchers::Equals;
using Matchers::StartsWith;

inline auto Contains(std::string part, CaseSensitive sensitive = CaseSensitive::Yes)
{
    return Matchers::ContainsSubstring(std::move(part), sensitive);
}

}  // namespace Catch
