// SPDX-License-Identifier: GPL-2.0
#include "source/flags.hh"

namespace wqctl {

void SourceFlags::declare(Args& args)
{
    args.group("Where to look");
    args.option("--source", source, "SOURCE",
                "module, kcore (the running kernel's memory, which needs no module), or a FILE as of -c; default the "
                "module where it is loaded, else kcore")
        .values({"module", "kcore"});
    args.option("-c,--core", core, "FILE", "A vmcore, or what wqctl dump --save wrote").file().excludes("--source");
    args.option("--symbols", symbols, "FILE", "A copy of /proc/kallsyms, for a vmcore that has no symbols").file();
    args.option("--btf", btf, "FILE", "A copy of /sys/kernel/btf/vmlinux, for a vmcore that has no types").file();
}

}  // namespace wqctl
