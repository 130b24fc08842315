// SPDX-License-Identifier: GPL-2.0
// A bench's result for people and for programs.
#pragma once

#include <string>

#include "bench/model.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_bench(const BenchResult& result, const Style& style);

// bench.schema.json is its shape.
std::string bench_to_json(const BenchResult& result);

}  // namespace wqctl
