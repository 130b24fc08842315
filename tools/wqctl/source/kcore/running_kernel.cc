// SPDX-License-Identifier: GPL-2.0
#include "source/kcore/running_kernel.hh"

#include <array>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "source/kcore/rights.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr const char* kKallsyms = "/proc/kallsyms";
constexpr const char* kBtf = "/sys/kernel/btf/vmlinux";
constexpr const char* kWitness = "linux_banner";
constexpr const char* kPrintkKey = "ptr_key";

// Empty: this kernel has none, and info says so.
Bytes read_btf()
{
    Bytes bytes;
    const int file = open(kBtf, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return bytes;
    const off_t size = lseek(file, 0, SEEK_END);
    const size_t all = size > 0 ? static_cast<size_t>(size) : 0;
    bytes.at = std::make_unique_for_overwrite<uint8_t[]>(all);
    for (ssize_t got; bytes.size < all; bytes.size += static_cast<size_t>(got))
        if ((got = pread(file, &bytes.at[bytes.size], all - bytes.size, static_cast<off_t>(bytes.size))) <= 0)
            break;
    close(file);
    return bytes;
}

// Which modules there are and where: the columns of /proc/modules that do not change while one stays.
std::string loaded_modules()
{
    std::ifstream file("/proc/modules");
    std::string modules;
    for (std::string line; std::getline(file, line);)
        modules.append(line, 0, line.find(' ')).append(line, line.rfind(' ')).push_back('\n');
    return modules;
}

// If the key of %p is not known. Identities are then those of this look only: they keep addresses out of reports.
uint64_t random_key()
{
    uint64_t key = 0;
    [[maybe_unused]] const ssize_t size = getrandom(&key, sizeof(key), GRND_NONBLOCK);
    return key;
}

}  // namespace

RunningKernel::RunningKernel() : symbols_(std::array<std::string_view, 2>{kWitness, kPrintkKey}), key_(random_key())
{
    begin();
    if (!symbols_.lines())
        throw Error(kUnavailable, fmt::format("this kernel has no {} (CONFIG_KALLSYMS_ALL)", kKallsyms));
    if (symbols_.hides_addresses())
        throw why_no_addresses();
    memory_.set_witness(symbols_.address_of(kWitness));
    if (const uint64_t key = symbols_.address_of(kPrintkKey))
        memory_.read(printk_key_, key, sizeof(printk_key_));
    // Last, because it is the largest, and goes when it has been read.
    btf_ = read_btf();
}

void RunningKernel::begin()
{
    memory_.renew();
    std::string modules = loaded_modules();
    if (symbols_.lines() && modules == modules_)
        return;
    modules_ = std::move(modules);
    if (const int error = symbols_.read(kKallsyms))
        throw Error(kUnavailable, fmt::format("{} cannot be read: {}", kKallsyms, std::strerror(error)));
}

wqlab::Image RunningKernel::image()
{
    return {.memory = &memory_,
            .symbols = &symbols_,
            .btf = {btf_.at.get(), btf_.size},
            .now_ns = monotonic_ns,
            .printk_key = {printk_key_[0], printk_key_[1]},
            .key = key_};
}

std::string RunningKernel::release()
{
    utsname name{};
    uname(&name);
    return name.release;
}

}  // namespace wqctl
