// SPDX-License-Identifier: GPL-2.0
// What a run is asked to do, as far as its rules look at it (run_rules.hh). The
// module makes these of a request, wqctl of a scenario.
#pragma once

#include <cstdint>

#include "../uapi/wqlab_lists.h"

namespace wqlab {

struct Distribution {
    uint32_t kind = WQLAB_DIST_FIXED;
    uint64_t low = 0;   // ns: the value, the lower bound, or the mean
    uint64_t high = 0;  // ns: the upper bound of a uniform one, the last of the quantiles
    uint64_t quantiles[WQLAB_LIMIT_QUANTILES] = {};
    uint32_t nr_quantiles = 0;

    void add_quantile(uint64_t ns)
    {
        if (nr_quantiles == WQLAB_LIMIT_QUANTILES)
            return;
        if (!nr_quantiles)
            low = ns;
        high = quantiles[nr_quantiles++] = ns;
    }

    // The longest time asked for; an exponential one is cut off at its use.
    uint64_t asked() const { return kind == WQLAB_DIST_UNIFORM || kind == WQLAB_DIST_QUANTILES ? high : low; }
    // The first bound that is above the one behind it; nr_quantiles: there is none.
    uint32_t falls_at() const
    {
        for (uint32_t i = 1; i < nr_quantiles; i++)
            if (quantiles[i - 1] > quantiles[i])
                return i - 1;
        return nr_quantiles;
    }
    // The longest that there can be (Random::exponential()), if it is cut off at this.
    uint64_t longest(uint64_t cut) const
    {
        const uint64_t most = kind == WQLAB_DIST_EXPONENTIAL ? 9 * low : asked();
        return most < cut ? most : cut;
    }
};

struct BodySpec {
    uint32_t kind = WQLAB_BODY_NOTHING;
    uint64_t bytes = 0;
    Distribution time;

    bool may_sleep() const { return kind == WQLAB_BODY_SLEEP || kind == WQLAB_BODY_MUTEX; }
    bool takes_time() const { return may_sleep() || kind == WQLAB_BODY_SPIN; }
    bool takes_bytes() const { return kind == WQLAB_BODY_TOUCH || kind == WQLAB_BODY_ALLOC; }
};

struct WorkqueueShape {
    uint32_t flags = 0;  // enum wqlab_wq_flag
    uint32_t max_active = 0;

    bool has(uint32_t flag) const { return flags & flag; }
};

// Settings of an issuer that some modes have no use for.
enum class Setting : uint8_t {
    kInterval,
    kPoisson,
    kBurst,
    kLinks,
    kDelay,
    kModPercent,
    kCancelPercent,
    kCoalesce,
    kQueueCpu,
    kQueueNode,
};
inline constexpr unsigned kSettings = 10;

// What a request says of an issuer, in kmod/uapi/wqlab.yaml: a member for each attribute that is one value, 0 until
// somebody says it.
struct IssuerValues {
#define WQLAB_MEMBER_u32(member) uint32_t member = 0;
#define WQLAB_MEMBER_u64(member) uint64_t member = 0;
#define WQLAB_MEMBER_flag(member) bool member = false;
#define WQLAB_MEMBER_binary(member)
#define WQLAB_MEMBER(kind, attribute, member) WQLAB_MEMBER_##kind(member)
    WQLAB_ISSUER(WQLAB_MEMBER)
#undef WQLAB_MEMBER
#undef WQLAB_MEMBER_binary
#undef WQLAB_MEMBER_flag
#undef WQLAB_MEMBER_u64
#undef WQLAB_MEMBER_u32
};

struct IssuerShape : IssuerValues {
    static constexpr uint32_t kAnywhere = UINT32_MAX;

    constexpr IssuerShape()
    {
        threads = depth = burst = 1;
        queue_on = queue_node = kAnywhere;
    }

    BodySpec body;  // what item, size and the times say together

    bool paced() const { return mode == WQLAB_MODE_OPEN || mode == WQLAB_MODE_BURST; }

    // Whether the setting is other than what it is when nobody asks for it.
    constexpr bool asks_for(Setting setting) const
    {
        switch (setting) {
        case Setting::kInterval: return interval != 0;
        case Setting::kPoisson: return poisson;
        case Setting::kBurst: return burst != 1;
        case Setting::kLinks: return links != 0;
        case Setting::kDelay: return delay != 0;
        case Setting::kModPercent: return mod_percent != 0;
        case Setting::kCancelPercent: return cancel_percent != 0;
        case Setting::kCoalesce: return coalesce;
        case Setting::kQueueCpu: return queue_on != kAnywhere;
        case Setting::kQueueNode: return queue_node != kAnywhere;
        }
        return false;
    }
};

}  // namespace wqlab
