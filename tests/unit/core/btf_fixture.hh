// SPDX-License-Identifier: GPL-2.0
// BTF opened in memory of exactly its size, so that the sanitizer sees who looks behind it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/btf.hh"

class OpenBtf {
public:
    static constexpr uint32_t kSteps = 100'000;

    explicit OpenBtf(const std::vector<uint8_t>& bytes, size_t marks = 16)
        : bytes_(std::make_unique<uint8_t[]>(bytes.size())), marks_(marks)
    {
        std::copy(bytes.begin(), bytes.end(), bytes_.get());
        wqlab::BtfProblem problem;
        auto opened = wqlab::Btf::open({bytes_.get(), bytes.size()}, {marks_.data(), marks_.size()}, problem);
        if (opened.ok())
            btf_ = opened.take();
        char text[128];
        wqlab::Text out(text);
        if (!opened.ok())
            problem.describe(out);
        problem_ = text;
    }

    bool ok() const { return btf_.has_value(); }
    // Empty when there is none.
    const std::string& problem() const { return problem_; }
    const wqlab::Btf& operator*() const { return *btf_; }
    const wqlab::Btf* operator->() const { return &*btf_; }

    // The first struct, union or enum of this name.
    wqlab::BtfType named(const std::string& name) const
    {
        wqlab::BtfType found;
        btf_->for_each_type([&](const wqlab::BtfType& type) {
            if ((!type.is_struct() && !type.is_enum()) || name != type.name)
                return true;
            found = type;
            return false;
        });
        return found;
    }

    wqlab::Result<wqlab::BtfMember> member(const std::string& in, const char* path, uint32_t steps = kSteps) const
    {
        return btf_->member(named(in), path, steps);
    }

private:
    std::unique_ptr<uint8_t[]> bytes_;
    std::vector<uint32_t> marks_;
    std::optional<wqlab::Btf> btf_;
    std::string problem_;
};
