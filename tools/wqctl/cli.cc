// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

#include <fmt/format.h>

#include "commands/explain/experiment.hh"
#include "commands/latency/recording.hh"
#include "scenario/presets/presets.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"
#include "snapshot/names.hh"

namespace wqctl {

namespace {

constexpr const char* kRunExamples = R"(
T is a time: 10us, uniform 10us..50us, or exponential with a mean exp:10us.

Examples:
  wqctl run --preset tour
      four kinds of workqueue side by side
  wqctl run --flags unbound,highpri --depth 32 --spin 20us
      keep 32 items of 20 us in flight on an own workqueue
  wqctl run --flags bh --rate 50k --poisson --duration 5s
      50,000 items a second at random times, in softirq context
  wqctl run --flags unbound --scope cache --strict --issuers 4 --cpus 0-3
      four threads, each bound to a CPU; items stay with the last-level cache
  wqctl run --system highpri --burst 100 --every 10ms --json > report.json
      bursts on the kernel's own system_highpri_wq, as one JSON document
  wqctl run --flags ordered --items 100k --spin exp:5us --dry-run > mine.json
      what would be done, as a scenario file to edit; then: wqctl run mine.json
)";

std::vector<std::string> values_of(const std::string& command, const std::string& option)
{
    std::vector<std::string> values;
    if (command == "latency" && option == "--by")
        values = LatencyView::groupings();
    if (command == "latency" && option == "--sort")
        values = LatencyView::orders();
    if (option == "--preset")
        for (const Preset& preset : presets())
            values.emplace_back(preset.name);
    if (option == "--flags")
        for (const FlagName& flag : flag_names())
            values.emplace_back(flag.name);
    if (option == "--scope")
        values.assign(scope_names().begin(), scope_names().end());
    if (option == "--format")
        values = {"table", "json", "wq_dump"};
    if (command == "monitor" && option == "--format")
        values = {"table", "json", "wq_monitor", "openmetrics"};
    if (command == "top" && option == "--view")
        values = {"workqueues", "workers", "functions", "pools"};
    return values;
}

std::vector<std::string> long_names(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    return names;
}

// The first word that nobody asked for.
void refuse_extras(const CLI::App& app, const CLI::App* command)
{
    const CLI::App& place = command ? *command : app;
    auto extras = place.remaining();
    if (extras.empty() && command)
        extras = app.remaining();
    if (extras.empty())
        return;
    std::string word = extras.front();
    if (word.starts_with("-")) {
        word = word.substr(0, word.find('='));
        throw Error::usage(fmt::format("there is no flag {}{}", word, did_you_mean(word, long_names(place))),
                           fmt::format("wqctl {}--help shows what there is", command ? command->get_name() + " " : ""));
    }
    if (command)
        throw Error::usage(fmt::format("wqctl {} has no use for \"{}\"", command->get_name(), word),
                           fmt::format("wqctl {} --help shows what it takes", command->get_name()));
    std::vector<std::string> names;
    for (const CLI::App* other : app.get_subcommands({}))
        names.push_back(other->get_name());
    const std::string guess = did_you_mean(word, names);
    throw Error::usage(fmt::format("there is no command \"{}\"{}", word,
                                   guess.empty() ? "; the commands are " + enumerate(names) : guess));
}

// The parser's words are for who wrote the parser.
std::string in_words(const CLI::ParseError& error)
{
    const std::string what = error.what();
    const std::string option = what.substr(0, what.find_first_of(": "));
    if (what.find("At Most 1 ") != std::string::npos)
        return fmt::format("{} was given more than once; give it once", option);
    if (what.ends_with(" missing"))
        return fmt::format("{} lacks its value", option);
    if (what.ends_with(" flag override"))
        return fmt::format("--{} takes no value", option);
    return what;
}

}  // namespace

Cli::Cli() : app_("Creates and loads real Linux workqueues, and shows what happened.", "wqctl")
{
    app_.require_subcommand(1);
    app_.allow_extras();
    app_.set_version_flag("--version", fmt::format("wqctl {}, netlink family version {}", WQCTL_VERSION, WQLAB_FAMILY_VERSION));
    app_.footer("\nExit codes: 0 done, 1 what was asked about is bad, 2 usage, 3 no module or no permission,\n4 this kernel can't show it.\n"
                "wqctl COMMAND --help says more; wqctl run --preset tour is a good start.");
    add_run();
    add_dump();
    add_monitor();
    add_top();
    add_explain();
    add_where();
    add_latency();
    add_others();
    add_check();
    // Without this --json=5 is as good as --json.
    for (CLI::App* command : app_.get_subcommands({}))
        for (CLI::Option* option : command->get_options())
            if (option->get_items_expected_max() == 0)
                option->disable_flag_override();
}

CLI::App* Cli::add_command(const std::string& name, const std::string& description)
{
    CLI::App* command = app_.add_subcommand(name, description);
    command->allow_extras();
    return command;
}

void Cli::add_run()
{
    CLI::App* run = add_command("run", "Run a load and report what its items went through");
    RunFlags& f = invocation_.run;
    std::string group;
    const auto value = [&](const char* name, RunFlags::Text& text, const char* type, const char* description) {
        run->add_option(name, text, description)->type_name(type)->group(group);
    };
    const auto flag = [&](const char* name, bool& set, const char* description) {
        run->add_flag(name, set, description)->group(group);
    };
    group = "Scenario (instead of the flags below)";
    value("SCENARIO", f.file, "FILE", "A scenario file (JSON); - is standard input");
    value("--preset", f.preset, "NAME", "A scenario that ships with the tool; see wqctl presets");

    group = "End";
    value("--duration", f.duration, "TIME", "End after this time; default 2s unless --items is given");
    value("--items", f.items, "N", "End after this many items, of all issuers together");
    value("--sample", f.sample, "N", "Time one item in N; all are counted");
    value("--seed", f.seed, "N", "Of every random choice; default 1");

    group = "Workqueue";
    value("--name", f.name, "NAME", "Its name; default made of its flags");
    value("--flags", f.flags, "LIST", "Such as unbound,highpri; default per-CPU");
    flag("--ordered", f.ordered, "alloc_ordered_workqueue(): one item at a time, in order");
    value("--system", f.system, "NAME", "A system workqueue instead, such as highpri");
    value("--max-active", f.max_active, "N", "Items that may execute at once; default the kernel's");
    value("--scope", f.scope, "SCOPE", "Affinity scope: default, cpu, smt, cache, cache_shard, numa, system");
    flag("--strict", f.strict, "Workers may not leave their scope");
    value("--nice", f.nice, "N", "Of its workers, -20 to 19");
    value("--cpumask", f.cpumask, "CPUS", "Where its workers may run, such as 0-3,8");

    group = "Issuers";
    value("--issuers", f.issuers, "N", "Threads that queue items; default 1");
    value("--cpus", f.cpus, "CPUS", "Where they are bound, in turn; default all online");
    value("--depth", f.depth, "N", "Items in flight of each thread; default 1, for --rate and --burst 1024");
    value("--rate", f.rate, "R", "Items a second of all threads together, whether or not earlier ones are done");
    value("--burst", f.burst, "B", "B items at once, with --every");
    value("--every", f.every, "TIME", "From burst to burst");
    flag("--poisson", f.poisson, "Exponential times between arrivals or bursts");
    value("--chain", f.chain, "N", "Each item requeues itself N times");
    value("--delay", f.delay, "TIME", "queue_delayed_work() with this delay");
    value("--mod", f.mod, "P", "Percent then moved by mod_delayed_work()");
    flag("--rcu", f.rcu, "queue_rcu_work()");
    value("--cancel", f.cancel, "P", "Percent cancelled right after they are queued");
    value("--flush", f.flush, "P", "Percent flushed right after they are queued");
    flag("--coalesce", f.coalesce, "Queue items that may be pending still, as interrupt handlers do");
    value("--queue-on", f.queue_on, "CPU", "queue_work_on() this CPU");
    value("--queue-node", f.queue_node, "NODE", "queue_work_node() this node");

    group = "Item (one of these; default nothing)";
    value("--spin", f.spin, "T", "Spin");
    value("--sleep", f.sleep, "T", "Sleep");
    value("--touch", f.touch, "SIZE", "Store to each cache line of so much memory");
    value("--alloc", f.alloc, "SIZE", "Allocate and free so much memory");
    value("--mutex", f.mutex, "T", "Spin under a mutex that all items share");

    group = "Output";
    flag("--json", f.json, "One JSON document (wqlab/run/1)");
    flag("--no-progress", f.no_progress, "No progress bar");
    flag("--dry-run", f.dry_run, "Print the scenario with all its defaults, start nothing");
    flag("--detach", f.detach, "Start it and leave; see wqctl list, show and stop");
    run->footer(kRunExamples);
}

void Cli::add_others()
{
    const auto json = [this](CLI::App* command, const char* schema) {
        command->add_flag("--json", invocation_.json, fmt::format("One JSON document ({})", schema));
    };
    json(add_command("info", "What the module, its kernel and its limits are"), "wqlab/info/1");
    json(add_command("list", "The runs that there are"), "wqlab/runs/1");
    CLI::App* show = add_command("show", "The report of a run, also while it goes on");
    show->add_option("ID", invocation_.id, "The run's number")->type_name("")->required();
    json(show, "wqlab/run/1");
    CLI::App* stop = add_command("stop", "Stop a run, report it and forget it");
    stop->add_option("ID", invocation_.id, "The run's number")->type_name("")->required();
    stop->add_flag("--no-progress", invocation_.run.no_progress, "No progress bar");
    json(stop, "wqlab/run/1");
    CLI::App* presets = add_command("presets", "The scenarios that ship with the tool");
    presets->add_option("NAME", invocation_.preset, "Print this one's file")->type_name("");
    json(presets, "wqlab/presets/1");
    CLI::App* completion = add_command("completion", "A completion script for bash, zsh or fish");
    completion->add_option("SHELL", invocation_.shell, "bash, zsh or fish")->type_name("")->required();
}

Invocation Cli::parse(std::vector<std::string> arguments)
{
    invocation_ = {};
    // The parser takes them from the back.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    const CLI::App* command = nullptr;
    const auto find_command = [&] {
        const auto chosen = app_.get_subcommands();
        command = chosen.empty() ? nullptr : chosen.front();
    };
    try {
        app_.parse(std::move(reversed));
        find_command();
        refuse_extras(app_, command);
    } catch (const CLI::CallForHelp&) {
        find_command();
        invocation_.text = command ? command->help() : app_.help();
        return invocation_;
    } catch (const CLI::CallForVersion& version) {
        invocation_.text = std::string(version.what()) + "\n";
        return invocation_;
    } catch (const CLI::ParseError& error) {
        find_command();
        refuse_extras(app_, command);
        throw Error::usage(arguments.empty() ? "a command is missing" : in_words(error),
                           fmt::format("wqctl {}--help shows how", command ? command->get_name() + " " : ""));
    }
    invocation_.command = command->get_name();
    return invocation_;
}

std::vector<CommandModel> Cli::model() const
{
    std::vector<CommandModel> commands;
    for (const CLI::App* app : app_.get_subcommands([](const CLI::App*) { return true; })) {
        CommandModel command;
        command.name = app->get_name();
        command.description = app->get_description();
        for (const CLI::Option* option : app->get_options()) {
            if (option->get_lnames().empty())
                continue;
            OptionModel model;
            model.name = "--" + option->get_lnames().front();
            model.description = option->get_description();
            model.takes_value = option->get_items_expected_max() > 0;
            model.is_list = model.name == "--flags";
            model.values = values_of(command.name, model.name);
            command.options.push_back(std::move(model));
        }
        if (command.name == "presets")
            command.arguments = values_of("run", "--preset");
        if (command.name == "dump")
            command.arguments = sections_to_names(WQLAB_SECTIONS_ALL);
        if (command.name == "explain")
            for (const Experiment& experiment : experiments())
                command.arguments.emplace_back(experiment.topic);
        if (command.name == "where")
            command.arguments = {"system_wq",           "system_percpu_wq",  "system_highpri_wq",
                                 "system_long_wq",      "system_unbound_wq", "system_dfl_wq",
                                 "system_freezable_wq", "system_bh_wq",      "system_bh_highpri_wq",
                                 "system_power_efficient_wq", "system_freezable_power_efficient_wq"};
        if (command.name == "completion")
            command.arguments = {"bash", "zsh", "fish"};
        command.takes_file = command.name == "run";
        commands.push_back(std::move(command));
    }
    return commands;
}

}  // namespace wqctl
