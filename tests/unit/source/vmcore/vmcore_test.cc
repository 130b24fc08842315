// SPDX-License-Identifier: GPL-2.0
// Dumps that the test wrote: what is seen in them is what was put into the machine.
#include "read.hh"

using wqctl::Compression;

namespace {

void check_same(Machine& machine, DumpBytes bytes, const wqctl::VmcoreFiles& files = {"x", {}, {}})
{
    const auto kernel = read_dump(std::move(bytes), files);
    CHECK(kernel->release() == "6.12.0-test");
    kernel->begin();
    const Seen seen(kernel->image());
    REQUIRE(seen.taken);
    CHECK(seen.snapshot.workqueues.size() == 2);
    // Time stands still at the dump's moment, and jiffies begin five minutes before their lower half wraps.
    constexpr uint64_t kFirst = (uint64_t{1} << 32) - 300 * 250;
    CHECK(seen.snapshot.head.time_ns == (Machine::kJiffies - kFirst) * Machine::kTick);
    CHECK(seen.snapshot.head.took_ns == 0);
    CHECK(seen.differs_from(seen_of(machine, kernel->image())) == "");
    CHECK(seen.snapshot.troubles.rows().empty());
    CHECK(kernel->troubles().empty());
}

std::string text_file(const std::string& name, const std::string& text)
{
    const std::string path = "/tmp/wqlab-vmcore-test-" + std::to_string(getpid()) + "-" + name;
    FILE* file = std::fopen(path.c_str(), "w");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    return path;
}

}  // namespace

TEST_CASE("vmcore: an ELF dump says what its machine says, with each form of page tables", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    SECTION("of x86-64, four levels") {}
    SECTION("of x86-64, five levels") { shape.va_bits = 57; }
    SECTION("of x86-64, kallsyms as 6.1 has them") { shape.offsets_first = true; }
    SECTION("of arm64, 48 bits") { shape.is_arm64 = true; }
    SECTION("of arm64, 39 bits")
    {
        shape.is_arm64 = true;
        shape.va_bits = 39;
    }
    SECTION("of arm64, 16 KiB pages, 47 bits")
    {
        shape.is_arm64 = true;
        shape.page_shift = 14;
        shape.va_bits = 47;
    }
    SECTION("of arm64, 64 KiB pages, 52 bits")
    {
        shape.is_arm64 = true;
        shape.page_shift = 16;
        shape.va_bits = 52;
    }
    check_same(machine, elf_of(DumpImage(machine, shape)));
}

TEST_CASE("vmcore: a compressed dump says what its machine says, whatever it is compressed with", "[vmcore]")
{
    SmallMachine machine;
    const auto compression = GENERATE(Compression::kNone, Compression::kZlib, Compression::kLzo, Compression::kSnappy,
                                      Compression::kZstd);
    CAPTURE(wqctl::name_of(compression));
    if (!wqctl::can_decompress(compression))
        return;
    const DumpBytes file = kdump_of(DumpImage(machine), compression);
    check_same(machine, file);
    check_same(machine, flattened(file));
    check_same(machine, flattened(file, 7));
}

TEST_CASE("vmcore: arm64's pages of 64 KiB are blocks of a compressed dump", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    shape.is_arm64 = true;
    shape.page_shift = 16;
    check_same(machine, kdump_of(DumpImage(machine, shape), Compression::kZlib));
}

TEST_CASE("vmcore: what machine a compressed dump is of is known by its CPUs where QEMU does not say", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    shape.is_arm64 = GENERATE(false, true);
    shape.names_machine = false;
    check_same(machine, kdump_of(DumpImage(machine, shape), Compression::kZlib));
}

TEST_CASE("vmcore: without the note it is searched for, or what CPUs had tells", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    shape.has_note = false;
    SECTION("VMCOREINFO's text is in memory") { shape.has_text = true; }
    SECTION("a CPU's registers, and symbols by their form")
    {
        shape.has_registers = true;
        shape.more_symbols = 1500;
    }
    SECTION("the same with five levels and the tables of 6.1")
    {
        shape.has_registers = true;
        shape.more_symbols = 1500;
        shape.va_bits = 57;
        shape.offsets_first = true;
    }
    check_same(machine, elf_of(DumpImage(machine, shape)));
    check_same(machine, kdump_of(DumpImage(machine, shape), Compression::kZlib));
}

TEST_CASE("vmcore: symbols and types may come from files", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    shape.has_note = false;
    shape.has_registers = true;  // and too few symbols to be found
    shape.has_btf = false;
    const DumpImage image(machine, shape);
    const std::string symbols = text_file("symbols", image.kallsyms_text());
    const std::string btf = text_file("btf", {image.btf().begin(), image.btf().end()});
    check_same(machine, elf_of(image), {"x", symbols, btf});

    CHECK_THAT(refusal_of(elf_of(image), {"x", {}, btf}).hint, Catch::Contains("--symbols"));
    CHECK_THAT(refusal_of(elf_of(image), {"x", symbols, {}}).hint, Catch::Contains("--btf"));
    CHECK_THAT(refusal_of(elf_of(image), {"x", btf, btf}).message, Catch::Contains("no copy of /proc/kallsyms"));
    CHECK_THAT(refusal_of(elf_of(image), {"x", symbols, symbols}).message, Catch::Contains("no BTF"));
    const std::string hidden = text_file("hidden", "0000000000000000 T _text\n0000000000000000 T _stext\n");
    CHECK_THAT(refusal_of(elf_of(image), {"x", hidden, btf}).message, Catch::Contains("zeros"));
    const std::string other = text_file("other", "ffffffff81000100 R linux_banner\n");
    CHECK_THAT(refusal_of(elf_of(image), {"x", other, btf}).message, Catch::Contains("of another kernel"));
    const std::string half = text_file("half", {image.btf().begin(), image.btf().end() - 8});
    CHECK_THAT(refusal_of(elf_of(image), {"x", symbols, half}).message, Catch::Contains("of another kernel"));
    for (const std::string& path : {symbols, btf, hidden, other, half})
        unlink(path.c_str());
}

TEST_CASE("vmcore: files of another build are refused, though addresses and sizes fit", "[vmcore]")
{
    SmallMachine machine;
    DumpShape shape;
    const DumpImage image(machine, shape);
    shape.build_id = "77";
    const DumpImage other(machine, shape);
    const std::string symbols = text_file("symbols", image.kallsyms_text());
    check_same(machine, elf_of(image), {"x", symbols, {}});
    const wqctl::Error error = refusal_of(elf_of(other), {"x", symbols, {}});
    CHECK_THAT(error.message, Catch::Contains("of another build than x is of, whose build id is 77"));
    CHECK_THAT(error.hint, Catch::Contains("cat /proc/kallsyms"));
    // Where the page with the notes is not there, nothing is known.
    const auto without = kdump_of(other, Compression::kZlib, {other.physical(DumpImage::kImage + 0x1000)});
    CHECK(read_dump(without, {"x", symbols, {}}));

    std::string types(image.btf().begin(), image.btf().end());
    const std::string same = text_file("same", types);
    check_same(machine, elf_of(image), {"x", {}, same});
    types.back() ^= 1;
    const std::string changed = text_file("changed", types);
    CHECK_THAT(refusal_of(elf_of(image), {"x", {}, changed}).message, Catch::Contains("types of another kernel"));
    for (const std::string& path : {symbols, same, changed})
        unlink(path.c_str());
}

TEST_CASE("vmcore: a page that is not in the dump is a trouble, and reads as nothing", "[vmcore]")
{
    SmallMachine machine;
    const DumpImage image(machine);
    const auto kernel = read_dump(
        kdump_of(image, Compression::kZlib, {image.physical(machine.idle), image.physical(machine.busy)}));
    kernel->begin();
    const Seen seen(kernel->image());
    REQUIRE(seen.taken);
    REQUIRE_FALSE(kernel->troubles().empty());
    CHECK_THAT(kernel->troubles().front(), Catch::Contains("of pages that are not in the dump"));
    CHECK_FALSE(seen.snapshot.troubles.rows().empty());
    // Of zeros a worker would be made with pid 0.
    for (const wqlab_snap_worker& worker : seen.snapshot.workers)
        CHECK(worker.pid != 0);
}

TEST_CASE("vmcore: one that was cut short shows what is there, and says so", "[vmcore]")
{
    SmallMachine machine;
    const DumpImage image(machine);
    DumpBytes elf = elf_of(image), kdump = kdump_of(image, Compression::kZlib), flat = flattened(kdump);
    elf.resize(elf.size() - 5000);
    kdump.resize(kdump.size() - 1);
    flat.resize(flat.size() - 16);  // what says that it ends there
    for (const DumpBytes& file : {elf, kdump, flat}) {
        const auto kernel = read_dump(file);
        kernel->begin();
        const Seen seen(kernel->image());
        REQUIRE_FALSE(kernel->troubles().empty());
        CHECK(kernel->troubles().front() == "x was cut short");
    }
}

TEST_CASE("vmcore: what is no dump is refused with what would be one", "[vmcore]")
{
    SmallMachine machine;
    const DumpImage image(machine);
    const DumpBytes elf = elf_of(image), kdump = kdump_of(image, Compression::kZlib);
    const auto bytes = [](const std::string& text) { return DumpBytes(text.begin(), text.end()); };
    const auto changed = [](DumpBytes file, size_t at, uint8_t byte) {
        file[at] = byte;
        return file;
    };
    CHECK(refusal_of({}).message == "x is empty");
    CHECK(refusal_of(bytes("Hello, world")).message == "x is no dump");
    CHECK_THAT(refusal_of(bytes("QEVM and so on")).hint, Catch::Contains("--memory-only"));
    CHECK_THAT(refusal_of(bytes("\x1f\x8b...")).hint, Catch::Contains("gunzip"));
    CHECK_THAT(refusal_of({elf.begin(), elf.begin() + 20}).message, Catch::Contains("cut short"));
    CHECK_THAT(refusal_of({kdump.begin(), kdump.begin() + 20}).message, Catch::Contains("cut short"));
    CHECK_THAT(refusal_of({kdump.begin(), kdump.begin() + 9000}).message, Catch::Contains("cut short"));
    CHECK_THAT(refusal_of(changed(elf, 16, 2)).message, Catch::Contains("vmlinux"));
    CHECK_THAT(refusal_of(changed(elf, 18, 8)).message, Catch::Contains("architecture"));
    CHECK_THAT(refusal_of(changed(elf, 4, 1)).message, Catch::Contains("architecture"));
    CHECK_THAT(refusal_of(changed(kdump, 12 + 4 * 65, 's')).message, Catch::Contains("s86_64"));
    CHECK_THAT(refusal_of(changed(kdump, 4096 + 12, 1)).hint, Catch::Contains("--reassemble"));
    CHECK(refusal_of(bytes("Hello")).exit_code == wqctl::kUsage);

    // Without its end it has neither types nor symbols.
    const wqctl::Error half = refusal_of({elf.begin(), elf.begin() + static_cast<ptrdiff_t>(elf.size() / 8)});
    CHECK_THAT(half.message, Catch::EndsWith("; x was cut short"));
    CHECK_THAT(half.hint, Catch::Contains("copy it once more"));

    DumpShape bare;
    bare.has_note = false;
    CHECK_THAT(refusal_of(elf_of(DumpImage(machine, bare))).hint, Catch::Contains("-device vmcoreinfo"));
}

TEST_CASE("vmcore: a compressed dump of a machine with more than 8 TiB is read", "[vmcore]")
{
    // The file with as many more blocks of zeros behind each of its bitmaps.
    struct Widened : BytesFile {
        Widened(DumpBytes bytes, uint64_t bitmap, uint64_t by)
            : BytesFile(std::move(bytes)), first_end(2 * 4096 + bitmap), second_end(first_end + bitmap), more(by)
        {
        }
        uint64_t size() const override { return BytesFile::size() + 2 * more; }
        bool read(void* to, uint64_t offset, uint64_t size) const override
        {
            auto* bytes = static_cast<uint8_t*>(to);
            const auto part = [&](uint64_t begin, uint64_t end, uint64_t moved) {
                const uint64_t from = std::max(offset, begin), until = std::min(offset + size, end);
                return from >= until || BytesFile::read(bytes + (from - offset), from - moved, until - from);
            };
            std::memset(to, 0, size);
            return part(0, first_end, 0) && part(first_end + more, second_end + more, more) &&
                   part(second_end + 2 * more, UINT64_MAX, 2 * more);
        }
        uint64_t first_end, second_end, more;
    };
    const auto widened = [](DumpBytes file, uint64_t more) {
        uint32_t blocks;
        std::memcpy(&blocks, &file[436], sizeof(blocks));
        const uint64_t bitmap = blocks / 2 * 4096;
        blocks += static_cast<uint32_t>(2 * more / 4096);
        std::memcpy(&file[436], &blocks, sizeof(blocks));
        // Pages begin behind their descriptors.
        const auto descriptor = [&](uint64_t i) { return &file[2 * 4096 + 2 * bitmap + i * 24]; };
        uint64_t at, first;
        std::memcpy(&first, descriptor(0), sizeof(first));
        for (uint64_t i = 0; descriptor(i) < &file[first]; i++) {
            std::memcpy(&at, descriptor(i), sizeof(at));
            at += 2 * more;
            std::memcpy(descriptor(i), &at, sizeof(at));
        }
        return std::make_unique<Widened>(std::move(file), bitmap, more);
    };
    SmallMachine machine;
    const DumpBytes file = kdump_of(DumpImage(machine), Compression::kZlib);
    const auto kernel = wqctl::open_vmcore(widened(file, uint64_t{257} << 20), {"x", {}, {}});
    kernel->begin();
    CHECK(Seen(kernel->image()).differs_from(seen_of(machine, kernel->image())) == "");
    CHECK_THROWS_WITH(wqctl::open_vmcore(widened(file, uint64_t{5} << 30), {"x", {}, {}}),
                      Catch::Contains("beyond 128 TiB"));
}

TEST_CASE("vmcore: of a large machine no more is read than of a small one, but for its bitmap", "[vmcore]")
{
    struct Counting : BytesFile {
        Counting(DumpBytes bytes, uint64_t& to) : BytesFile(std::move(bytes)), count(to) {}
        bool read(void* to, uint64_t offset, uint64_t size) const override
        {
            count += size;
            return BytesFile::read(to, offset, size);
        }
        uint64_t& count;
    };
    SmallMachine machine;
    const auto cost = [&](uint64_t highest) {
        DumpImage image(machine);
        image.pages()[highest - 4096] = std::vector<uint8_t>(4096, 1);
        uint64_t count = 0;
        const auto kernel = wqctl::open_vmcore(std::make_unique<Counting>(kdump_of(image, Compression::kZlib), count),
                                               {"x", {}, {}});
        const Seen seen(kernel->image());
        CHECK(seen.taken);
        return count;
    };
    constexpr uint64_t kGiB = 1 << 30, kBitmap = 64 * kGiB / 4096 / 8;
    CHECK(cost(64 * kGiB) <= cost(2 * kGiB) + kBitmap);
}
