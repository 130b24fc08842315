// SPDX-License-Identifier: GPL-2.0
// All C++ of wqlab.ko as one translation unit. Inline functions are COMDAT in
// C++, and the kernel's -mrecord-mcount refers to each copy from one plain
// section: with two units, `ld -r` would drop a copy that is still referred
// to. It also lets the compiler see an item's whole path at once.
#include "core/btf.cc"
#include "core/btf_member.cc"
#include "core/layout.cc"
#include "load/body.cc"
#include "load/issuer.cc"
#include "load/item.cc"
#include "load/loaded_queue.cc"
#include "load/registry.cc"
#include "load/run.cc"
#include "load/snapshot.cc"
#include "load/validate.cc"
#include "netlink/fill.cc"
#include "netlink/handlers.cc"
#include "netlink/parse.cc"
#include "netlink/service.cc"
