// SPDX-License-Identifier: GPL-2.0
#include "source/kcore/running_kernel.hh"

#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "source/kcore/rights.hh"
#include "source/symbols/compressed_symbols.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr const char* kKallsyms = "/proc/kallsyms";
constexpr const char* kBtf = "/sys/kernel/btf/vmlinux";
constexpr const char* kWitness = "linux_banner";
constexpr const char* kPrintkKey = "ptr_key";

// Out of memory it comes in one piece, out of the file in pages.
Bytes read_btf(const wqlab::Memory& memory, uint64_t begin, uint64_t end)
{
    constexpr uint64_t kMost = 64 << 20;  // a distribution's kernel has 5 to 8 MB
    Bytes bytes;
    if (!begin || end <= begin || end - begin > kMost)
        return bytes;
    bytes.at = std::make_unique_for_overwrite<uint8_t[]>(end - begin);
    if (memory.read(bytes.at.get(), begin, end - begin))
        bytes.size = end - begin;
    return bytes;
}

// Empty: this kernel has none, and info says so.
Bytes read_btf_file()
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

// Which modules there are and where, which does not change while one stays; none if it is not shown where they are.
std::optional<std::string> loaded_modules()
{
    std::ifstream file("/proc/modules");
    std::string modules;
    for (std::string line; std::getline(file, line);) {
        std::istringstream columns(line);
        std::string name, size, references, users, state, address;
        columns >> name >> size >> references >> users >> state >> address;
        if (address.find_first_not_of("0x") == address.npos)
            return {};
        modules += name + address + '\n';
    }
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

RunningKernel::RunningKernel() : key_(random_key())
{
    find_symbols();
    memory_.set_witness(symbols_->address_of(kWitness));
    if (const uint64_t key = symbols_->address_of(kPrintkKey))
        memory_.read(printk_key_, key, sizeof(printk_key_));
    // Last, because it is the largest, and goes when it has been read.
    btf_ = read_btf(memory_, symbols_->address_of("__start_BTF"), symbols_->address_of("__stop_BTF"));
    if (!btf_.size)
        btf_ = read_btf_file();
}

void RunningKernel::find_symbols()
{
    modules_ = loaded_modules();
    if (const auto tables = kallsyms_by_note(Vmcoreinfo(memory_.vmcoreinfo())))
        if (auto vmlinux = CompressedSymbols::read(memory_, *tables)) {
            auto symbols = std::make_unique<KernelSymbols>(memory_, std::move(vmlinux));
            own_symbols_ = symbols.get();
            symbols_ = std::move(symbols);
            return;
        }
    auto file = std::make_unique<KallsymsFile>();
    kallsyms_ = file.get();
    symbols_ = std::move(file);
    read_kallsyms();
}

void RunningKernel::read_kallsyms()
{
    if (const int error = kallsyms_->read(kKallsyms))
        throw Error(kUnavailable, fmt::format("{} cannot be read: {}", kKallsyms, std::strerror(error)));
    if (!kallsyms_->lines())
        throw Error(kUnavailable, fmt::format("this kernel has no {} (CONFIG_KALLSYMS_ALL)", kKallsyms));
    if (kallsyms_->hides_addresses())
        throw why_no_addresses();
}

void RunningKernel::learned(const wqlab::Kernel& kernel)
{
    btf_ = {};
    if (const auto layout = module_layout(kernel); layout && own_symbols_)
        own_symbols_->set_layout(*layout);
}

void RunningKernel::begin()
{
    memory_.renew();
    std::optional<std::string> modules = loaded_modules();
    if (modules && modules == modules_)
        return;
    modules_ = std::move(modules);
    own_symbols_ ? own_symbols_->forget_modules() : read_kallsyms();
}

wqlab::Image RunningKernel::image()
{
    return {.memory = &memory_,
            .symbols = symbols_.get(),
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
