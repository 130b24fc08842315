// SPDX-License-Identifier: GPL-2.0
// Learns a kernel: its symbols, its layouts, its CPUs and its clock.
#include "kernel.hh"

namespace wqlab {

namespace {

constexpr uint32_t kBtfMarks = 4096;
constexpr uint64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void Kernel::learn()
{
    Text why(problem_);
    const auto failed = [this](const Result<void>& result) {
        short_of_memory_ |= !result.ok() && result.error() == Errno::kNoMemory;
        return !result.ok();
    };
    if (const Result<void> opened = target_.open(); failed(opened)) {
        why.add("kprobes, kallsyms_on_each_match_symbol() (error ").add(static_cast<uint32_t>(opened.error())).add(")");
    } else {
        find_symbols();
        if (const Result<void> read = read_layouts(); failed(read) && !problem_[0])
            why.add("BTF that can be read: error ").add(static_cast<uint32_t>(read.error()));
        // How many CPUs there are is known without BTF, too.
        if (const Result<void> known = read_machine(); failed(known) && !problem_[0])
            why.add("how many CPUs there are");
    }

    for (uint32_t view = 1; view & view::kAll; view <<= 1) {
        bool lacking = false;
        for_each_lack(view, [&](const char*) { lacking = true; });
        if (!lacking)
            available_ |= view;
    }
}

void Kernel::find_symbols()
{
    for (const SymbolSpec& spec : all_symbols())
        symbols_[static_cast<size_t>(spec.symbol)] = target_.symbol(spec.name);
}

Result<void> Kernel::read_layouts()
{
    const Span<const uint8_t> bytes = target_.btf();
    if (!bytes.size()) {
        Text(problem_).add("BTF (CONFIG_DEBUG_INFO_BTF)");
        return Errno::kNoEntry;
    }
    Array<uint32_t> marks = TRY(Array<uint32_t>::create(kBtfMarks));
    BtfProblem problem;
    Result<Btf> btf = Btf::open(bytes, {marks.begin(), marks.size()}, problem);
    if (!btf.ok()) {
        Text why(problem_);
        why.add("BTF that can be read: ");
        problem.describe(why);
        return btf.error();
    }
    TRY(layout_.locate(btf.take()));
    keep_layouts();
    return {};
}

void Kernel::keep_layouts()
{
    for (uint32_t i = 0; i < static_cast<uint32_t>(Field::kCount); i++) {
        const Field field = static_cast<Field>(i);
        offsets_[i] = layout_.offset(field);
        constants_[i] = layout_.has(field) ? static_cast<uint32_t>(layout_.value(field)) : 0;
    }
}

// What does not change while the kernel runs.
Result<void> Kernel::read_machine()
{
    // Where nr_cpu_ids is a macro, it is NR_CPUS (UP, FORCE_NR_CPUS), and so is WORK_CPU_UNBOUND.
    uint32_t cpus = constant(Field::kWorkCpuUnbound);
    if (has(Symbol::kNrCpus) && !read(cpus, Symbol::kNrCpus))
        return Errno::kInvalid;
    if (!cpus || cpus > kMostCpus)
        return Errno::kInvalid;
    nr_cpus_ = cpus;
    if (has(Symbol::kPerCpuOffset)) {
        Array<Address> offsets = TRY(Array<Address>::create(nr_cpus_));
        if (!read(offsets.begin(), (*this)[Symbol::kPerCpuOffset], nr_cpus_ * sizeof(Address)))
            return Errno::kInvalid;
        std::swap(per_cpu_offsets_, offsets);
    }

    // The clock source that is made of jiffies multiplies them by TICK_NSEC, in fixed point.
    hz_ = target_.hz();
    uint32_t mult = 0, shift = 0;
    const Address clock = (*this)[Symbol::kClocksourceJiffies];
    if (!hz_ && clock && has(Field::kClocksourceMult) && has(Field::kClocksourceShift) &&
        peek(mult, clock, Field::kClocksourceMult) && peek(shift, clock, Field::kClocksourceShift) && shift < 32 &&
        mult >> shift)
        hz_ = static_cast<uint32_t>((kNsPerSecond + (mult >> shift) / 2) / (mult >> shift));
    tick_ns_ = hz_ ? (kNsPerSecond + hz_ / 2) / hz_ : 0;
    return {};
}

bool Kernel::is_set(Field field, uint64_t bytes) const
{
    const BtfMember& member = this->member(field);
    return (member.bits ? member.extract(bytes) : bytes) != 0;
}

}  // namespace wqlab
