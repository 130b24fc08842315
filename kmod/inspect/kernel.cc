// SPDX-License-Identifier: GPL-2.0
#include "kernel.hh"

namespace wqlab {

namespace {

constexpr uint32_t kBtfMarks = 1024;

}  // namespace

void Kernel::learn()
{
    Text why(problem_);
    if (const Result<void> found = symbols_.find(); !found.ok())
        why.add("kprobes (no symbol can be looked up: error ").add(static_cast<uint32_t>(found.error())).add(")");
    else if (!has(Symbol::kBtfStart) || !has(Symbol::kBtfStop))
        why.add("BTF (CONFIG_DEBUG_INFO_BTF)");
    else if (const Result<void> read = read_layouts(); !read.ok() && !problem_[0])
        why.add("BTF that can be read: error ").add(static_cast<uint32_t>(read.error()));

    for (uint32_t view = 1; view & view::kAll; view <<= 1) {
        bool lacking = false;
        for_each_lack(view, [&](const char*) { lacking = true; });
        if (!lacking)
            available_ |= view;
    }
}

Result<void> Kernel::read_layouts()
{
    const Address start = symbols_[Symbol::kBtfStart];
    const Address stop = symbols_[Symbol::kBtfStop];
    Array<uint32_t> marks = TRY(Array<uint32_t>::create(kBtfMarks));
    BtfProblem problem;
    Result<Btf> btf = Btf::open({reinterpret_cast<const uint8_t*>(start), stop - start}, {marks.begin(), marks.size()}, problem);
    if (!btf.ok()) {
        Text why(problem_);
        why.add("BTF that can be read: ");
        problem.describe(why);
        return btf.error();
    }
    TRY(layout_.locate(btf.take()));
    for (uint32_t i = 0; i < static_cast<uint32_t>(Field::kCount); i++)
        offsets_[i] = layout_.offset(static_cast<Field>(i));
    return {};
}

}  // namespace wqlab
