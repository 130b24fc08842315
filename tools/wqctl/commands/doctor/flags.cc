// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/flags.hh"

namespace wqctl {

void DoctorFlags::declare(Args& args)
{
    args.words("REGEX", patterns, "Only findings that name a workqueue, function or task that matches one");
    args.option("--for", interval, "TIME", "Time between the two looks, default 1s; what moves meanwhile is not stuck");
    args.flag("--list", list, "Show the rules and exit");
    args.flag("-v,--verbose", verbose,
              "Also what could not be looked at; of a log each dump, and what was not understood of it");
    args.json(json, {"wqlab/doctor/1"});
    source.declare(args);
    args.group("Again and again");
    args.flag("--watch", watch,
              "Be quiet until something is wrong, then tell each finding once, until it changes or ends")
        .excludes("--for")
        .excludes("--list");
    args.option("--every", every, "TIME", "From look to look, default 10s");
    args.option("--exec", exec, "COMMAND", "Run it by the shell at each change, with the JSON on its standard input");
    args.option("--openmetrics", openmetrics, "FILE",
                "After each look write the number of findings by rule, in Prometheus' text format")
        .alone_means("-");
    args.group("A log instead of the machine");
    args.option("--log", log, "FILE",
                "Read this kernel log (dmesg, journal, console, a mail; also gzip, xz, zstd, bzip2, lz4); - is "
                "standard input")
        .file()
        .excludes("--for")
        .excludes("--source")
        .excludes("--core")
        .excludes("--watch");
    args.examples(
        "\nExamples:\n"
        "  wqctl doctor\n"
        "  wqctl doctor --for 30s\n"
        "  wqctl doctor --watch --exec 'mail -s stuck root'\n"
        "  wqctl doctor -c vmcore\n"
        "  dmesg | wqctl doctor --log -\n"
        "  journalctl -k -b -1 | wqctl doctor --log -");
}

}  // namespace wqctl
