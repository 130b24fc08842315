// SPDX-License-Identifier: GPL-2.0
// What this module knows of the kernel that it runs in: where the symbols
// are, how the structs are laid out, and so what can be shown.
#pragma once

#include "../glue/inspect.h"
#include "../lab/memory.hh"
#include "fields.hh"
#include "symbols.hh"
#include "views.hh"

namespace wqlab {

class Kernel {
public:
    Kernel() : layout_(kFields) {}

    // Looks; what it does not find is lacking and no error. Sleeps.
    void learn();

    // The views of those asked for that can be shown.
    uint32_t available(uint32_t views) const { return views & available_; }
    // Each thing that a view cannot be without and that is not there, as text.
    template <typename Visit>
    void for_each_lack(uint32_t view, Visit visit) const;

    Address operator[](Symbol symbol) const { return symbols_[symbol]; }
    bool has(Symbol symbol) const { return symbols_[symbol] != 0; }
    bool has(Field field) const { return layout_.has(field); }
    const BtfMember& member(Field field) const { return layout_[field].member; }
    // An enum's constant; 0 if this kernel has it not.
    uint32_t constant(Field field) const { return has(field) ? static_cast<uint32_t>(layout_.value(field)) : 0; }

    Address address(Address object, Field field) const { return object + offsets_[static_cast<size_t>(field)]; }

    // Of an object that is known to be there.
    template <typename T>
    T load(Address object, Field field) const
    {
        return *reinterpret_cast<const volatile T*>(address(object, field));
    }
    // Of one that may be anywhere.
    template <typename T>
    bool peek(T& to, Address object, Field field) const
    {
        return wqlab_peek(&to, address(object, field), sizeof(T));
    }

private:
    Result<void> read_layouts();

    Symbols symbols_;
    Layout<Field> layout_;
    uint32_t offsets_[static_cast<size_t>(Field::kCount)] = {};
    uint32_t available_ = 0;
    char problem_[96] = "";  // why there are no layouts at all
};

template <typename Visit>
void Kernel::for_each_lack(uint32_t view, Visit visit) const
{
    for (const WantedSymbol& wanted : Symbols::wanted())
        if (wanted.views & view && !symbols_[wanted.symbol])
            visit(wanted.name);
    if (problem_[0])
        return visit(problem_);
    for (uint32_t i = 0; i < static_cast<uint32_t>(Field::kCount); i++) {
        const Field field = static_cast<Field>(i);
        if (!(kFields[field].views & view) || layout_.has(field))
            continue;
        char text[96];
        Text out(text);
        describe(kFields[field], layout_[field], out);
        visit(text);
    }
}

}  // namespace wqlab
