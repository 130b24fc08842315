// SPDX-License-Identifier: GPL-2.0
#include "report/latency_json.hh"

namespace wqctl {

nlohmann::ordered_json latency_to_json(const Latency& latency)
{
    auto buckets = nlohmann::ordered_json::array();
    for (const Latency::Bucket& bucket : latency.buckets)
        buckets.push_back({{"low", Latency::Geometry::low(bucket.index)},
                           {"high", Latency::Geometry::low(bucket.index + 1)},
                           {"count", bucket.count}});
    return {
        {"count", latency.count},
        {"min", latency.min},
        {"mean", latency.mean()},
        {"p50", latency.percentile(0.5)},
        {"p90", latency.percentile(0.9)},
        {"p99", latency.percentile(0.99)},
        {"p999", latency.percentile(0.999)},
        {"max", latency.max},
        {"buckets", std::move(buckets)},
    };
}

}  // namespace wqctl
