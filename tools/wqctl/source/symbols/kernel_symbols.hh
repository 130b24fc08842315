// SPDX-License-Identifier: GPL-2.0
// vmlinux's symbols by its own tables, and modules' once a function is asked for that is none of vmlinux's.
#pragma once

#include <memory>
#include <optional>

#include "source/symbols/module_symbols.hh"
#include "source/symbols/symbol_list.hh"

namespace wqctl {

class KernelSymbols final : public wqlab::SymbolTable {
public:
    KernelSymbols(const wqlab::Memory& memory, std::unique_ptr<wqlab::SymbolTable> vmlinux)
        : memory_(memory), vmlinux_(std::move(vmlinux))
    {
    }

    // Until then functions of modules have no names.
    void set_layout(const ModuleLayout& layout) { layout_ = layout; }
    // Which modules there are is looked at anew.
    void forget_modules() { modules_.reset(); }

    uint64_t address_of(const std::string& name) const override { return vmlinux_->address_of(name); }
    std::string name_of(uint64_t address) const override
    {
        std::string name = vmlinux_->name_of(address);
        if (!name.empty() || !layout_)
            return name;
        if (!modules_)
            modules_ = read_module_symbols(memory_, address_of("modules"), *layout_);
        return modules_->name_of(address);
    }

private:
    const wqlab::Memory& memory_;
    std::unique_ptr<wqlab::SymbolTable> vmlinux_;
    std::optional<ModuleLayout> layout_;
    mutable std::optional<SymbolList> modules_;
};

}  // namespace wqctl
