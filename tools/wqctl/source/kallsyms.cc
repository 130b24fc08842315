// SPDX-License-Identifier: GPL-2.0
#include "source/kallsyms.hh"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

#include "inspect/symbols.hh"

namespace wqctl {

namespace {

// 0 for what is no hexadecimal number.
uint64_t parse_address(std::string_view text)
{
    uint64_t address = 0;
    std::from_chars(text.data(), text.data() + text.size(), address, 16);
    return address;
}

}  // namespace

Kallsyms::Kallsyms(std::span<const std::string_view> also)
{
    for (const wqlab::SymbolSpec& spec : wqlab::all_symbols())
        wanted_.push_back({spec.name});
    for (const std::string_view name : also)
        wanted_.push_back({name});
    std::ranges::sort(wanted_, {}, &Wanted::name);
    for (const Wanted& wanted : wanted_)
        filter_[filter_bit(wanted.name) / 64] |= uint64_t{1} << filter_bit(wanted.name) % 64;
}

unsigned Kallsyms::filter_bit(std::string_view name)
{
    const auto at = [&](size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 41u + at(0) * 7u + at(name.size() / 2) * 13u + at(name.size() - 1) * 29u) % 1024;
}

void Kallsyms::forget()
{
    for (Wanted& wanted : wanted_)
        wanted.address = wanted.found = 0;
    names_.clear();
    functions_.clear();
    rest_.clear();
    lines_ = hidden_ = 0;
}

int Kallsyms::read(const std::string& path)
{
    forget();
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    char piece[16384];
    ssize_t size;
    while ((size = ::read(file, piece, sizeof(piece))) > 0)
        take({piece, static_cast<size_t>(size)});
    const int error = size < 0 ? errno : 0;
    close(file);
    finish();
    return error;
}

void Kallsyms::take(std::string_view piece)
{
    for (;;) {
        const size_t end = piece.find('\n');
        if (end == std::string_view::npos) {
            rest_ += piece;
            return;
        }
        if (rest_.empty()) {
            take_line(piece.substr(0, end));
        } else {
            rest_ += piece.substr(0, end);
            take_line(rest_);
            rest_.clear();
        }
        piece.remove_prefix(end + 1);
    }
}

void Kallsyms::finish()
{
    take_line(rest_);
    rest_.clear();
    // Where two have one address, %ps prints the one that is listed first.
    std::ranges::sort(functions_, [](const Function& a, const Function& b) {
        return a.address != b.address ? a.address < b.address : a.name < b.name;
    });
}

// "ffffffff8d0bc3f0 t wq_barrier_func", or of a module with "\t[module]" behind it. There are hundreds of thousands, so
// of what nobody asks for no more is looked at than says that.
void Kallsyms::take_line(std::string_view line)
{
    const size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos || line.size() < space + 4 || line[space + 2] != ' ')
        return;
    const std::string_view address = line.substr(0, space), rest = line.substr(space + 3);
    lines_++;
    hidden_ += address.find_first_not_of('0') == std::string_view::npos;

    const size_t tab = rest.find('\t');
    const std::string_view name = rest.substr(0, tab);
    const std::string_view module = tab == std::string_view::npos ? "" : rest.substr(tab + 1);
    if (name.empty())
        return;
    if (module.empty() && may_be_wanted(name))
        note_wanted(name, parse_address(address));
    // Those with __pfx_ are the padding in front of functions, half of all, and nothing ever calls them.
    const char type = line[space + 1];
    if ((type != 't' && type != 'T' && type != 'w' && type != 'W') || name.starts_with("__pfx_") ||
        names_.size() > UINT32_MAX / 2)
        return;
    functions_.push_back({parse_address(address), static_cast<uint32_t>(names_.size())});
    names_.append(name);
    if (!module.empty())
        names_.append(" ").append(module);
    names_.push_back('\0');
}

bool Kallsyms::may_be_wanted(std::string_view name) const
{
    const unsigned bit = filter_bit(name);
    return filter_[bit / 64] >> bit % 64 & 1;
}

void Kallsyms::note_wanted(std::string_view name, uint64_t address)
{
    for (auto at = std::ranges::lower_bound(wanted_, name, {}, &Wanted::name); at != wanted_.end() && at->name == name;
         ++at) {
        at->address = address;
        at->found++;
    }
}

uint64_t Kallsyms::address_of(const std::string& name) const
{
    const auto at = std::ranges::lower_bound(wanted_, name, {}, &Wanted::name);
    return at != wanted_.end() && at->name == name && at->found == 1 ? at->address : 0;
}

std::string Kallsyms::name_of(uint64_t address) const
{
    const auto at = std::ranges::lower_bound(functions_, address, {}, &Function::address);
    return at != functions_.end() && at->address == address ? names_.c_str() + at->name : "";
}

}  // namespace wqctl
