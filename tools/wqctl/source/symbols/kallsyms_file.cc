// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/kallsyms_file.hh"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace wqctl {

namespace {

// Functions of a distribution's kernel and its modules: what is not used of that much never becomes memory, and what is
// would be copied again and again as it grows.
constexpr size_t kUsual = 1 << 17;

// Eight lower-case hexadecimal digits at once: std::from_chars() was a fifth of what reading the file cost.
uint32_t parse_half(const char* digits)
{
    uint64_t word;
    std::memcpy(&word, digits, sizeof(word));
    // Of each digit its value: letters have 0x40 and begin with 1.
    word = (word & 0x0f0f'0f0f'0f0f'0f0f) + 9 * (word >> 6 & 0x0101'0101'0101'0101);
    // Pairs, then pairs of those; the first digit is the lowest byte.
    word = (word << 4 | word >> 8) & 0x00ff'00ff'00ff'00ff;
    word = (word << 8 | word >> 16) & 0x0000'ffff'0000'ffff;
    return static_cast<uint32_t>(word << 16 | word >> 32);
}

uint64_t parse_address(const char* digits) { return uint64_t{parse_half(digits)} << 32 | parse_half(digits + 8); }

}  // namespace

void KallsymsFile::forget()
{
    wanted_.forget();
    functions_ = {};
    functions_.reserve(kUsual);
    rest_.clear();
    lines_ = hidden_ = 0;
}

int KallsymsFile::read(const std::string& path)
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

void KallsymsFile::take(std::string_view piece)
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

void KallsymsFile::finish()
{
    take_line(rest_);
    rest_.clear();
    functions_.sort();
}

// "ffffffff8d0bc3f0 t wq_barrier_func", or of a module with "\t[module]" behind it. There are hundreds of thousands, so
// of what nobody asks for no more is looked at than says that.
void KallsymsFile::take_line(std::string_view line)
{
    constexpr size_t kDigits = 16, kName = kDigits + 3;
    if (line.size() <= kName || line[kDigits] != ' ' || line[kDigits + 2] != ' ')
        return;
    lines_++;
    hidden_ += line.starts_with("0000000000000000");
    // Those are the padding in front of functions, half of all, and nothing ever calls them.
    std::string_view name = line.substr(kName);
    if (name.starts_with("__pfx_"))
        return;
    const bool is_of_module = name.ends_with(']');
    if (!is_of_module && wanted_.may_have(WantedSymbols::beginning_of(name)))
        wanted_.note(name, parse_address(line.data()));
    const char type = line[kDigits + 1];
    if (type != 't' && type != 'T' && type != 'w' && type != 'W')
        return;
    const uint64_t address = parse_address(line.data());
    if (const size_t tab = is_of_module ? name.find('\t') : std::string_view::npos; tab != std::string_view::npos)
        functions_.add(std::string(name).replace(tab, 1, " "), address);
    else
        functions_.add(name, address);
}

}  // namespace wqctl
