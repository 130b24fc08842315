// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/flags.hh"

namespace wqctl {

void DoctorFlags::declare(Args& args)
{
    args.option("--log", log, "FILE",
                "Read this kernel log (dmesg, journal, console, a mail; also gzip, xz, zstd); - is standard input")
        .file();
    args.flag("--list", list, "Show the rules and exit");
    args.flag("-v,--verbose", verbose, "Show each dump of the log, too, and what was not understood of it");
    args.json(json, {"wqlab/doctor/1"});
    args.examples(
        "  dmesg | wqctl doctor --log -\n"
        "  wqctl doctor --log /var/log/kern.log.1.gz\n"
        "  journalctl -k -b -1 | wqctl doctor --log -");
}

}  // namespace wqctl
