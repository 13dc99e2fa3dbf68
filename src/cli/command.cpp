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

/// After a failure of standard output: a reader that has gone away wants no more, all else is an
/// error.
void require_reader() {
    if (errno == EPIPE) return;
    throw InputError(
        fmt::format("Standard output could not be written: {}.", std::strerror(errno)));
}

/// One function for each thing that a command line may ask for.
struct Runner {
    const GlobalOptions& global;

    int operator()(const TrainingRequest& options) const { return train(options, global); }
    int operator()(const PlanOptions& options) const { return plan(options, global); }
    int operator()(const GenerateOptions& options) const { return generate(options, global); }
    int operator()(const EvaluationRequest& options) const { return evaluate(options, global); }
    int operator()(const InspectOptions& options) const { return inspect(options, global); }
    int operator()(const ExportOptions& options) const { return export_model(options, global); }
    int operator()(const BenchmarkOptions& options) const { return benchmark(options, global); }
    int operator()(const HelpRequest& help) const { return show(help.text); }
    int operator()(VersionRequest) const { return show(version_text()); }

    static int show(const std::string& text) {
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) require_reader();
        return 0;
    }
};

}  // namespace

int run_command(const CommandLine& line) {
    // A file that grows too large is an error to report, not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);  // nor is a reader of progress or results who goes away
    const int code = std::visit(Runner{line.global}, line.command);
    if (std::fflush(stdout) != 0) require_reader();  // printed counts only once it has arrived
    return code;
}

}  // namespace carousel
