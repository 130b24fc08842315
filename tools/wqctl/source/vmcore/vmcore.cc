// SPDX-License-Identifier: GPL-2.0
// From a file to a kernel that the walkers can read, without debug information:
// page tables by VMCOREINFO (or what CPUs had as root), symbols by the kernel's
// own tables, types by its BTF.
#include "source/vmcore/vmcore.hh"

#include <cstring>

#include "source/symbols/compressed_symbols.hh"
#include "source/symbols/kallsyms_file.hh"
#include "source/symbols/kernel_symbols.hh"
#include "source/vmcore/build_id.hh"
#include "source/vmcore/kallsyms_search.hh"
#include "source/vmcore/search_vmcoreinfo.hh"
#include "source/vmcore/virtual_memory.hh"
#include "text/error.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr uint64_t kMostBtf = uint64_t{64} << 20;  // a distribution's kernel has 5 to 8 MB

class Vmcore final : public ReadKernel {
public:
    Vmcore(std::unique_ptr<ByteFile> dump, const VmcoreFiles& files);

    wqlab::Image image() override
    {
        wqlab::Image image;
        image.memory = memory_.get();
        image.symbols = symbols_.get();
        image.btf = {btf_.data(), btf_.size()};
        image.key = kKey;
        // Drawn when %p is first printed, and zeros before.
        if (!memory_->read(image.printk_key, symbols_->address_of("ptr_key"), sizeof(image.printk_key)))
            image.printk_key[0] = image.printk_key[1] = 0;
        return image;
    }
    void learned(const wqlab::Kernel& kernel) override;
    void begin() override { memory_->forget_absent(); }
    bool is_running() const override { return false; }
    std::string release() override { return release_; }
    std::string origin() override { return name_ + ", " + dump_.format; }
    std::vector<std::string> troubles() override;

private:
    // Of the identities that stand for addresses: the same in each look at any dump, so that two can be compared.
    static constexpr uint64_t kKey = 0x5157'4c41'4220'4331;

    void find_tables();
    void find_symbols(const VmcoreFiles& files);
    void read_symbols(const std::string& path);
    void find_btf(const VmcoreFiles& files);
    std::vector<uint8_t> btf_in_memory() const;
    bool is_in_memory(std::span<const uint8_t> bytes, uint64_t at) const;
    void find_release();
    [[noreturn]] void refuse_without_tables() const;
    Error lacks(const char* what, const char* remedy) const;

    std::string name_;
    DumpFile dump_;
    Vmcoreinfo note_;
    std::unique_ptr<VirtualMemory> memory_;
    std::unique_ptr<wqlab::SymbolTable> symbols_;
    KernelSymbols* own_symbols_ = nullptr;  // symbols_, if they are the dump's own
    std::vector<uint8_t> btf_;
    std::string release_;
};

Vmcore::Vmcore(std::unique_ptr<ByteFile> dump, const VmcoreFiles& files)
    : name_(files.dump), dump_(open_dump(std::move(dump), files.dump)), note_(dump_.vmcoreinfo)
{
    find_tables();
    find_symbols(files);
    find_release();
    find_btf(files);
}

// A search of all pages is the last resort: what CPUs had as root is there at once.
void Vmcore::find_tables()
{
    std::optional<PageTables> tables = PageTables::by_note(dump_, note_);
    if (!tables)
        tables = PageTables::by_cpus(dump_);
    if (!tables) {
        note_ = search_vmcoreinfo(*dump_.memory);
        tables = PageTables::by_note(dump_, note_);
    }
    if (!tables)
        refuse_without_tables();
    memory_ = std::make_unique<VirtualMemory>(*dump_.memory, *tables);
}

// Of a file that is not whole, that is why.
Error Vmcore::lacks(const char* what, const char* remedy) const
{
    if (dump_.troubles.empty())
        return {kUnavailable, name_ + ": " + what, remedy};
    return {kUnavailable, name_ + ": " + what + "; " + dump_.troubles.front(),
            "copy it once more, or have it written where there is room for it"};
}

void Vmcore::refuse_without_tables() const
{
    throw lacks(dump_.arch == Arch::kX86_64
                    ? "where the kernel's page tables are can't be found: it has no VMCOREINFO, "
                      "and no note of QEMU's tells what the CPUs had"
                    : "where the kernel's page tables are can't be found: it has no VMCOREINFO",
                "a kernel with CONFIG_VMCORE_INFO has one (QEMU: -device vmcoreinfo)");
}

void Vmcore::find_symbols(const VmcoreFiles& files)
{
    if (files.symbols)
        return read_symbols(*files.symbols);
    std::unique_ptr<CompressedSymbols> vmlinux;
    if (const auto tables = kallsyms_by_note(note_))
        vmlinux = CompressedSymbols::read(*memory_, *tables);
    if (!vmlinux && dump_.arch == Arch::kX86_64)
        vmlinux = search_kallsyms(*memory_);
    if (!vmlinux)
        throw lacks("the kernel's symbols can't be found in it",
                    "if that machine's /proc/kallsyms was saved in that boot, as root, give --symbols FILE");
    auto symbols = std::make_unique<KernelSymbols>(*memory_, std::move(vmlinux));
    own_symbols_ = symbols.get();
    symbols_ = std::move(symbols);
}

void Vmcore::read_symbols(const std::string& path)
{
    constexpr char kRemedy[] = "save it on that machine, in the boot that is dumped, as root: cat /proc/kallsyms >FILE";
    auto symbols = std::make_unique<KallsymsFile>();
    if (const int error = symbols->read(path))
        throw Error::usage(path + ": " + std::strerror(error));
    if (!symbols->lines())
        throw Error::usage(path + " is no copy of /proc/kallsyms", kRemedy);
    if (symbols->hides_addresses())
        throw Error::usage(path + " has zeros in place of addresses, as who is not root sees them", kRemedy);
    const std::optional<uint64_t> text = note_.symbol("_stext");
    if (!symbols_fit(*memory_, *symbols) || (text && symbols->address_of("_stext") != *text))
        throw Error::usage(path + " has the symbols of another kernel than " + name_ + ", or of another boot of it",
                           "addresses differ from boot to boot (KASLR): save it in the boot that is dumped");
    // By chance the few that were looked at may be where another build has them, too.
    const std::string id = note_.line("BUILD-ID");
    if (const auto there = build_id_in(*memory_, *symbols); there && !id.empty() && *there != id)
        throw Error::usage(path + " has the symbols of another build than " + name_ + " is of, whose build id is " + id,
                           kRemedy);
    symbols_ = std::move(symbols);
}

// As far as the dump has the pages.
bool Vmcore::is_in_memory(std::span<const uint8_t> bytes, uint64_t at) const
{
    constexpr size_t kPage = 4096;
    uint8_t page[kPage];
    while (!bytes.empty()) {
        const size_t part = std::min<size_t>(bytes.size(), kPage - at % kPage);
        if (memory_->read(page, at, part) && std::memcmp(page, bytes.data(), part) != 0)
            return false;
        bytes = bytes.subspan(part);
        at += part;
    }
    return true;
}

std::vector<uint8_t> Vmcore::btf_in_memory() const
{
    const uint64_t begin = symbols_->address_of("__start_BTF"), end = symbols_->address_of("__stop_BTF");
    std::vector<uint8_t> btf(begin && end > begin && end - begin <= kMostBtf ? end - begin : 0);
    if (!memory_->read(btf.data(), begin, btf.size()))
        btf.clear();
    return btf;
}

void Vmcore::find_btf(const VmcoreFiles& files)
{
    if (!files.btf) {
        btf_ = btf_in_memory();
        if (btf_.empty())
            throw lacks("the kernel's types (BTF) are not in it",
                        "if that kernel's /sys/kernel/btf/vmlinux was saved, give --btf FILE");
        return;
    }
    const std::unique_ptr<ByteFile> file = open_disk_file(*files.btf);
    btf_.resize(std::min(file->size(), kMostBtf));
    if (!file->read(btf_.data(), 0, btf_.size()))
        throw Error::usage(*files.btf + " can't be read");
    constexpr uint8_t kMagic[] = {0x9f, 0xeb};
    if (btf_.size() < sizeof(kMagic) || std::memcmp(btf_.data(), kMagic, sizeof(kMagic)) != 0)
        throw Error::usage(*files.btf + " is no BTF", "it is what /sys/kernel/btf/vmlinux of that kernel holds");
    // The kernel's own size of it is known even where its pages are not in the dump.
    const uint64_t begin = symbols_->address_of("__start_BTF"), end = symbols_->address_of("__stop_BTF");
    if (begin && end > begin && (end - begin != btf_.size() || !is_in_memory(btf_, begin)))
        throw Error::usage(*files.btf + " has the types of another kernel than " + name_ + " is of",
                           "save the /sys/kernel/btf/vmlinux of " + release_);
}

void Vmcore::learned(const wqlab::Kernel& kernel)
{
    btf_ = std::vector<uint8_t>();  // {} would keep its memory
    if (const auto layout = module_layout(kernel); layout && own_symbols_)
        own_symbols_->set_layout(*layout);
}

void Vmcore::find_release()
{
    release_ = one_line(note_.line("OSRELEASE"));
    char banner[128] = {};
    constexpr size_t kBefore = sizeof("Linux version ") - 1;
    if (release_.empty() && memory_->read(banner, symbols_->address_of("linux_banner"), sizeof(banner) - 1))
        release_ = one_line({banner + kBefore, strcspn(banner + kBefore, " ")});
}

std::vector<std::string> Vmcore::troubles()
{
    std::vector<std::string> troubles = dump_.troubles;
    if (const uint64_t absent = memory_->absent())
        troubles.push_back(std::to_string(absent) + (absent == 1 ? " read was" : " reads were") +
                           " of pages that are not in the dump");
    return troubles;
}

}  // namespace

std::unique_ptr<ReadKernel> open_vmcore(const VmcoreFiles& files)
{
    return open_vmcore(open_disk_file(files.dump), files);
}

std::unique_ptr<ReadKernel> open_vmcore(std::unique_ptr<ByteFile> dump, const VmcoreFiles& files)
{
    return std::make_unique<Vmcore>(std::move(dump), files);
}

}  // namespace wqctl
