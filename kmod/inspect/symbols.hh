// SPDX-License-Identifier: GPL-2.0
// Where the kernel keeps what it does not export.
#pragma once

#include "../core/result.hh"
#include "../core/span.hh"
#include "../glue/symbols.h"

namespace wqlab {

using Address = uintptr_t;

enum class Symbol : uint32_t {
    kBtfStart,
    kBtfStop,
    kWorkqueues,
    kPoolIdr,
    kPoolMutex,
    kMaydayLock,
    kUnboundCpus,
    kRequestedCpus,
    kIsolatedCpus,
    kPodTypes,
    kScopeNames,
    kDefaultScope,
    kShardSize,
    kFreezing,
    kForceRr,
    kCpuIntensiveThresh,
    kWatchdogThresh,
    kBarrierFunction,
    kMaydayCursorFunction,
    kTimerBases,
    kTimerFunction,
    kHogs,
    kNrHogs,
    kCount
};

struct WantedSymbol {
    Symbol symbol;
    const char* name;
    uint32_t views;  // that cannot be without
};

class Symbols {
public:
    Symbols() = default;
    Symbols(const Symbols&) = delete;
    ~Symbols() { wqlab_symbols_exit(); }

    // Sleeps; a symbol that is not there, or not alone of its name, is 0.
    Result<void> find();

    Address operator[](Symbol symbol) const { return addresses_[static_cast<size_t>(symbol)]; }
    static Span<const WantedSymbol> wanted();

private:
    Address addresses_[static_cast<size_t>(Symbol::kCount)] = {};
};

}  // namespace wqlab
