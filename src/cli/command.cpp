#include "cli/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"
#include "cli/benchmark.hpp"
#include "cli/evaluate.hpp"
#include "cli/export.hpp"
#include "cli/generate.hpp"
#include "cli/inspect.hpp"
#include "cli/plan.hpp"
#include "cli/train.hpp"
#include "cli/version.hpp"

namespace carousel {

namespace {

/// One function for each thing that a command line may ask for.
struct Runner {
    const GlobalOptions& global;

    int operator()(const TrainOptions& options) const { return train(options, global); }
    int operator()(const PlanOptions& options) const { return plan(options, global); }
    int operator()(const GenerateOptions& options) const { return generate(options, global); }
    int operator()(const EvaluateOptions& options) const { return evaluate(options, global); }
    int operator()(const InspectOptions& options) const { return inspect(options, global); }
    int operator()(const ExportOptions& options) const { return export_model(options, global); }
    int operator()(const BenchmarkOptions& options) const { return benchmark(options, global); }
    int operator()(const HelpRequest& help) const { return show(help.text); }
    int operator()(VersionRequest) const { return show(version_text()); }

    static int show(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
};

}  // namespace

int run_command(const CommandLine& line) {
    std::signal(SIGXFSZ,
                SIG_IGN);  // a file that grows too large is an error to report, not the end
    const int code = std::visit(Runner{line.global}, line.command);
    // What was printed counts only once it has arrived; a reader that has gone away wants no more.
    if (std::fflush(stdout) != 0 && errno != EPIPE) {
        throw InputError(
            fmt::format("Standard output could not be written: {}.", std::strerror(errno)));
    }
    return code;
}

}  // namespace carousel
