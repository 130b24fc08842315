// SPDX-License-Identifier: GPL-2.0
// What is known of the kernel that is looked at: where its symbols are, how its
// structs are laid out, how many CPUs it has, and so what can be shown of it.
#pragma once

#include "../core/memory.hh"
#include "contract.hh"
#include "fields.hh"
#include "symbols.hh"
#include "target.hh"
#include "views.hh"

namespace wqlab {

static_assert(IsTarget<Target>);

using MutexTry = Target::MutexTry;
using RawHold = Target::RawHold;
using RcuHold = Target::RcuHold;

class Kernel {
public:
    static constexpr uint32_t kMostCpus = 1u << 14;  // twice the largest CONFIG_NR_CPUS
    static constexpr uint32_t kMostElements = 4096;  // of an array in a struct

    // Of what a Target is made of; the module's of nothing.
    template <typename... Arguments>
    explicit Kernel(Arguments&&... arguments) : target_(std::forward<Arguments>(arguments)...), layout_(kFields)
    {
        keep_layouts();  // of which nothing is known yet
    }

    // Looks; what it does not find is lacking and no error. Once. Sleeps.
    void learn();
    // There was no memory to look with: what is lacking may be there.
    bool is_short_of_memory() const { return short_of_memory_; }

    // The views of those asked for that can be shown.
    uint32_t available(uint32_t views) const { return views & available_; }
    // Each thing that a view cannot be without and that is not there, as text.
    template <typename Visit>
    void for_each_lack(uint32_t view, Visit visit) const;
    // Each column of a view that is not there, as text.
    template <typename Visit>
    void for_each_missing_column(uint32_t view, Visit visit) const;

    Address operator[](Symbol symbol) const { return symbols_[static_cast<size_t>(symbol)]; }
    bool has(Symbol symbol) const { return (*this)[symbol] != 0; }
    bool has(Field field) const { return offset(field) != Layout<Field>::kAbsent; }
    const BtfMember& member(Field field) const { return layout_[field].member; }
    uint32_t offset(Field field) const { return offsets_[static_cast<size_t>(field)]; }
    uint32_t size(Field field) const { return layout_.size(field); }
    uint32_t elements(Field field) const
    {
        const uint32_t elements = has(field) ? member(field).elements : 0;
        return elements < kMostElements ? elements : kMostElements;
    }
    // Which of its names a variant has, from 0.
    uint32_t alternative(Field field) const { return layout_[field].alternative; }
    // An enum's constant; 0 if this kernel has it not.
    uint32_t constant(Field field) const { return constants_[static_cast<size_t>(field)]; }

    Address address(Address object, Field field) const { return object + offset(field); }

    const Target& target() const { return target_; }
    bool read(void* to, Address from, size_t size) const { return target_.read(to, from, size); }
    // A variable; false: this kernel has no such, or it can't be read.
    template <typename T>
    bool read(T& to, Symbol symbol) const
    {
        return has(symbol) && read(&to, (*this)[symbol], sizeof(T));
    }
    // A member of an object that may be anywhere.
    template <typename T>
    bool peek(T& to, Address object, Field field) const
    {
        return read(&to, address(object, field), sizeof(T));
    }
    // Whether a member is not 0 that has these bytes, whatever its size; it may be a bitfield.
    bool is_set(Field field, uint64_t bytes) const;

    // enum wqlab_lack, as its types and symbols show it: what is known of the kernel, and does not have this.
    uint32_t lacks() const;

    uint32_t nr_cpus() const { return nr_cpus_; }
    Address per_cpu(Address variable, uint32_t cpu) const
    {
        return cpu < per_cpu_offsets_.size() ? variable + per_cpu_offsets_[cpu] : variable;
    }
    uint32_t hz() const { return hz_; }
    uint64_t jiffies() const { return target_.load<uint64_t>((*this)[Symbol::kJiffies]); }
    uint64_t jiffies_to_ns(uint64_t jiffies) const { return jiffies * tick_ns_; }
    // CLOCK_MONOTONIC; of a kernel that has stopped by its jiffies, which began at INITIAL_JIFFIES, five minutes before
    // their lower half wraps. 0: not known.
    uint64_t now_ns() const
    {
        const uint64_t now = target_.now_ns(), first = (uint64_t{1} << 32) - 300 * uint64_t{hz_};
        if constexpr (!Target::kLocked)
            if (!now && jiffies() > first)
                return jiffies_to_ns(jiffies() - first);
        return now;
    }

private:
    void find_symbols();
    Result<void> read_layouts();
    void keep_layouts();
    Result<void> read_machine();

    Target target_;
    Address symbols_[static_cast<size_t>(Symbol::kCount)] = {};
    Layout<Field> layout_;
    // What walks ask of layout_ at every step under a lock, resolved once: a load each, of cache lines that fields
    // share, where each location has one of its own.
    uint32_t offsets_[static_cast<size_t>(Field::kCount)];
    uint32_t constants_[static_cast<size_t>(Field::kCount)];
    uint32_t nr_cpus_ = 1;
    uint32_t hz_ = 0;
    uint64_t tick_ns_ = 0;
    Array<Address> per_cpu_offsets_;  // a CPU each; none: a kernel for one
    uint32_t available_ = 0;
    bool short_of_memory_ = false;
    char problem_[96] = "";  // why there are no layouts at all
};

// A struct that is known to be there.
class Struct {
public:
    Struct(const Kernel& kernel, Address at, Field whole)
        : kernel_(kernel), at_(at), object_(kernel.target(), at, kernel.size(whole))
    {
    }

    bool there() const { return object_.there(); }
    Address at() const { return at_; }
    Address at(Field field) const { return kernel_.address(at_, field); }

    template <typename T>
    T get(Field field) const
    {
        return object_.template get<T>(kernel_.offset(field));
    }
    // Of a column: what stands for it where a kernel has it not.
    template <typename T>
    T get_or(Field field, T absent) const
    {
        return kernel_.has(field) ? get<T>(field) : absent;
    }
    // An element of an array, or of what is like one.
    template <typename T>
    T get(Field field, uint32_t index) const
    {
        return object_.template get<T>(kernel_.offset(field) + index * sizeof(T));
    }
    // A member of a struct in this one.
    template <typename T>
    T get(Field outer, Field inner) const
    {
        return object_.template get<T>(size_t{kernel_.offset(outer)} + kernel_.offset(inner));
    }
    // As many elements as there are and have room.
    template <typename T, size_t N>
    void copy(T (&to)[N], Field field) const
    {
        const uint32_t elements = kernel_.elements(field), n = elements < N ? elements : N;
        const size_t offset = kernel_.offset(field);
        for (uint32_t i = 0; i < n; i++)
            to[i] = object_.template get<T>(offset + i * sizeof(T));
    }

private:
    const Kernel& kernel_;
    Address at_;
    Target::Object object_;
};

template <typename Visit>
void Kernel::for_each_lack(uint32_t view, Visit visit) const
{
    for (const SymbolSpec& spec : all_symbols())
        if (spec.need != Need::kColumn && spec.views & view && !has(spec.symbol))
            visit(spec.name);
    if (problem_[0])
        return visit(problem_);
    layout_.for_each_absent([view](const FieldSpec& spec) { return spec.is_needed_by(view); }, visit);
}

template <typename Visit>
void Kernel::for_each_missing_column(uint32_t view, Visit visit) const
{
    for (const SymbolSpec& spec : all_symbols())
        if (spec.need == Need::kColumn && spec.views & view && !has(spec.symbol))
            visit(spec.name);
    layout_.for_each_absent([view](const FieldSpec& spec) { return spec.is_column_of(view); }, visit);
}

}  // namespace wqlab
