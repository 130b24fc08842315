// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/bench/flags.hh"
#include "bench/measure_cells.hh"
#include "commands/bench/plan.hh"
#include "commands/bench/presets.hh"
#include "commands/bench/render.hh"
#include "source/source.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class BenchCommand final : public Command {
    BenchFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        Output& output = context.output();
        const Topology topology = Topology::read();
        if (flags_.list) {
            output.text(render_bench_presets(topology, output.style()));
            return kDone;
        }
        // What is wrong in itself is said also where there is no module.
        const VariedScenario what = varied_from(flags_, topology);
        cells_of(what.scenario, what.axes);
        limits_of(flags_);
        Lab& lab = context.lab();
        const Info& info = context.source().info();
        BenchResult result = measure(plan_bench(flags_, what, info, topology), lab, info, topology,
                                     !flags_.no_progress);
        result.provenance = Provenance::of(context.words());
        if (flags_.json)
            output.text(bench_to_json(result));
        else
            output.text(render_bench(result, output.style()));
        output.finish();
        for (const std::string& promise : result.broken)
            print_loud(promise);
        if (result.rows().empty())
            throw Error(kBad, "nothing was measured",
                        result.end == EndOfBench::kInterrupt ? "a first round takes a warm-up of each cell" : "");
        return result.broken.empty() ? kDone : kBad;
    }
};

}  // namespace

std::unique_ptr<Command> make_bench() { return std::make_unique<BenchCommand>(); }

}  // namespace wqctl
