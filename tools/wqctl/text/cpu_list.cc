// SPDX-License-Identifier: GPL-2.0
#include "text/cpu_list.hh"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

constexpr uint32_t kMostCpus = 1u << 16;

bool number(std::string_view text, uint32_t& out, int base = 10)
{
    const auto result = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

CpuList parse_cpu_list(std::string_view text)
{
    const auto wrong = [text] {
        return Error::usage(fmt::format("\"{}\" is not a CPU list; write CPUs such as 0, 0-3 or 0-3,8", text));
    };
    CpuList cpus;
    for (std::string_view part : split(text, ",")) {
        const size_t dash = part.find('-');
        uint32_t first = 0;
        uint32_t last = 0;
        if (!number(part.substr(0, dash), first))
            throw wrong();
        if (dash == std::string_view::npos)
            last = first;
        else if (!number(part.substr(dash + 1), last) || last < first)
            throw wrong();
        if (last >= kMostCpus)
            throw wrong();
        for (uint32_t cpu = first; cpu <= last; cpu++)
            cpus.push_back(cpu);
    }
    return cpus;
}

std::string format_cpu_list(const CpuList& cpus)
{
    std::string text;
    for (size_t i = 0; i < cpus.size();) {
        size_t end = i + 1;
        while (end < cpus.size() && cpus[end] == cpus[end - 1] + 1)
            end++;
        if (!text.empty())
            text += ',';
        text += end - i == 1 ? fmt::format("{}", cpus[i]) : fmt::format("{}-{}", cpus[i], cpus[end - 1]);
        i = end;
    }
    return text;
}

CpuList parse_cpu_mask(std::string_view text)
{
    CpuList cpus;
    auto words = split(text, ",");
    std::reverse(words.begin(), words.end());
    for (size_t i = 0; i < words.size(); i++) {
        uint32_t word = 0;
        if (words[i].size() > 8 || !number(words[i], word, 16))
            throw Error(kBad, fmt::format("\"{}\" is not a CPU mask", text));
        for (uint32_t bit = 0; bit < 32; bit++)
            if (word >> bit & 1)
                cpus.push_back(static_cast<uint32_t>(i) * 32 + bit);
    }
    return cpus;
}

std::string format_cpu_mask(const CpuList& cpus)
{
    std::vector<uint32_t> words(1);
    for (uint32_t cpu : cpus) {
        if (cpu / 32 >= words.size())
            words.resize(cpu / 32 + 1);
        words[cpu / 32] |= 1u << cpu % 32;
    }
    std::string text = fmt::format("{:x}", words.back());
    for (size_t i = words.size() - 1; i-- > 0;)
        text += fmt::format(",{:08x}", words[i]);
    return text;
}

}  // namespace wqctl
