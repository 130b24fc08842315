// SPDX-License-Identifier: GPL-2.0
// Files that a log may be in, made by the programs that people make them with.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "klog/open.hh"
#include "system/gzip.hh"
#include "text/error.hh"

using namespace wqctl;
namespace fs = std::filesystem;

namespace {

class Directory {
public:
    Directory() { REQUIRE(mkdtemp(path_.data())); }
    ~Directory() { fs::remove_all(path_); }

    std::string file(const std::string& bytes) const
    {
        std::ofstream(path_ + "/log", std::ios::binary) << bytes;
        return path_ + "/log";
    }
    // What is in there, packed; empty where there is no such program.
    std::string packed(const std::string& program, const std::string& text) const
    {
        const std::string command = program + " -c <" + file(text) + " >" + path_ + "/packed 2>/dev/null";
        if (std::system(command.c_str()))
            return "";
        std::ifstream in(path_ + "/packed", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string path_ = (fs::temp_directory_path() / "wqctl-log-XXXXXX").string();
};

struct Read {
    std::string text, trouble;
};

Read read(const std::string& path)
{
    Read all;
    all.trouble = read_log_file(path, [&](std::string_view piece) { all.text += piece; });
    return all;
}

Error refusal_of(const std::string& path)
{
    try {
        read(path);
    } catch (const Error& error) {
        return error;
    }
    return {0, "it was not refused"};
}

// Long enough that a program has given some of it when it finds the end damaged: lz4 gives 4 MiB at a time.
std::string a_log()
{
    std::string text;
    for (int i = 0; i < 200'000; i++)
        text += "[  843." + std::to_string(100'000 + i * 7919 % 900'000) + "] usb 1-" + std::to_string(i * 31 % 97) +
                "\n";
    return text;
}

}  // namespace

TEST_CASE("log files: packed ones are unpacked, and of those that were cut short there is the front")
{
    const Directory directory;
    const std::string program = GENERATE(as<std::string>(), "gzip", "xz", "zstd", "bzip2", "lz4");
    INFO(program);
    const std::string text = a_log(), packed = program == "gzip" ? gzip(text) : directory.packed(program, text);
    if (packed.empty()) {
        WARN(program << " is not installed");
        return;
    }
    Read all = read(directory.file(packed));
    CHECK(all.text == text);
    CHECK(all.trouble.empty());
    all = read(directory.file(packed.substr(0, packed.size() - 100)));
    CHECK(all.text.size() > text.size() / 10);
    CHECK(text.starts_with(all.text));
    CHECK_THAT(all.trouble, Catch::Contains("cut short"));
    CHECK(refusal_of(directory.file(packed.substr(0, 14))).exit_code == kUsage);
    if (program == "gzip")
        return;
    // Of a pipe the front has been read.
    const std::string pipe = directory.path_ + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << packed.substr(0, 64); });
    const Error error = refusal_of(pipe);
    writer.join();
    CHECK_THAT(error.message, Catch::Contains("is a pipe, and is compressed by " + program));
    CHECK_THAT(error.hint, Catch::Contains(program + " -dc FILE | wqctl doctor --log -"));
}

TEST_CASE("log files: what is no text is refused")
{
    const Directory directory;
    const std::string nuls(5000, '\0');
    CHECK_THAT(refusal_of(directory.file("LPKSHHRH" + nuls)).hint, Catch::Contains("journalctl"));
    for (const std::string begin : {"\x7f"
                                    "ELF",
                                    "KDUMP   ", "makedumpfile"})
        CHECK_THAT(refusal_of(directory.file(begin + nuls)).hint, Catch::Contains("wqctl doctor -c FILE"));
    CHECK_THAT(refusal_of(directory.file(gzip("KDUMP   " + nuls))).hint, Catch::Contains("wqctl doctor -c FILE"));
    // As of a program that nobody here knows.
    CHECK_THAT(refusal_of(directory.file("MYZIP" + gzip(a_log()))).message, Catch::Contains("is no text"));
}

TEST_CASE("log files: texts are read, whatever a crash or another system left in them")
{
    const Directory directory;
    const std::string line = "[  843.900160] usb 1-2: new device\n";
    std::string wide = "\xff\xfe";
    for (const char c : line)
        wide += std::string{c, '\0'};
    const std::vector<std::string> texts = {
        "",
        line,
        std::string(70'000, '\0') + line,
        wide,
        "\033[32m" + line + "\a\r\n",
        "\0016" + line,
        "Gr\xc3\xbc\xc3\x9f\n",
        "\xfc\xdf\xe4\n",
    };
    for (const std::string& text : texts) {
        const Read all = read(directory.file(text));
        CHECK(all.text == text);
        CHECK(all.trouble.empty());
    }
}
