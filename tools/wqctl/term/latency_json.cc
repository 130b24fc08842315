// SPDX-License-Identifier: GPL-2.0
#include "term/latency_json.hh"

namespace wqctl {

void write_latency(JsonWriter& j, std::string_view name, const Latency& latency)
{
    j.object(name, [&] {
        j.member("count", latency.count);
        j.member("min", latency.min);
        j.member("mean", latency.mean());
        j.member("p50", latency.percentile(0.5));
        j.member("p90", latency.percentile(0.9));
        j.member("p99", latency.percentile(0.99));
        j.member("p999", latency.percentile(0.999));
        j.member("max", latency.max);
        j.objects("buckets", latency.buckets, [&](const Latency::Bucket& bucket) {
            j.member("low", Latency::Geometry::low(bucket.index));
            j.member("high", Latency::Geometry::low(bucket.index + 1));
            j.member("count", bucket.count);
        });
    });
}

}  // namespace wqctl
