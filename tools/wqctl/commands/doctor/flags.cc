// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/flags.hh"

namespace wqctl {

void DoctorFlags::declare(Args& args)
{
    args.words("REGEX", patterns, "Only findings that name a workqueue, function or task that matches one");
    args.option("--for", interval, "TIME", "Between the two looks; what moves meanwhile is not stuck");
    args.flag("--list", list, "Show the rules and exit");
    args.flag("-v,--verbose", verbose,
              "Also what could not be looked at; of a log each dump, and what was not understood of it");
    args.json(json, {"wqlab/doctor/1"});
    source.declare(args);
    args.group("A log instead of the machine");
    args.option("--log", log, "FILE",
                "Read this kernel log (dmesg, journal, console, a mail; also gzip, xz, zstd); - is standard input")
        .file()
        .excludes("--for")
        .excludes("--source")
        .excludes("--core");
    args.examples(
        "  wqctl doctor\n"
        "  wqctl doctor --for 30s\n"
        "  wqctl doctor -c crash.elf -s System.map\n"
        "  dmesg | wqctl doctor --log -\n"
        "  journalctl -k -b -1 | wqctl doctor --log -");
}

}  // namespace wqctl
