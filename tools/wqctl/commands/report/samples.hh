// SPDX-License-Identifier: GPL-2.0
// Samples of monitor, of which only the figures are kept: a series may be longer than its documents would fit in
// memory.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "commands/report/readers.hh"

namespace wqctl::page {

class Samples {
public:
    using Values = std::vector<std::optional<double>>;
    static constexpr size_t kFigures = 5;

    struct Watched {
        std::string name;
        std::array<Values, kFigures> values;  // each with one for each sample

        std::optional<double> most(size_t figure) const;
        std::optional<double> mean(size_t figure, const std::vector<double>& seconds) const;
        bool is_active() const;
    };

    bool empty() const { return seconds_.empty(); }
    // Refuses one that was taken before the last one.
    void add(const Fields& sample);
    void draw(Draft& draft);

private:
    Watched& watched(const Fields& wq);

    Facts origin_;
    double began_ns_ = 0;
    std::vector<double> seconds_;
    std::vector<Watched> all_;
    std::map<std::string, size_t> places_;   // by name and identity: two may have one name
    std::map<std::string, unsigned> names_;  // how many have it
};

}  // namespace wqctl::page
