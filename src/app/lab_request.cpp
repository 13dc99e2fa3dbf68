#include "app/lab_request.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/words.hpp"
#include "lab/published_results.hpp"
#include "model/language_model_config.hpp"

namespace carousel {

namespace {

constexpr int k_trials = 10;       // where the paper has no such row
constexpr double k_patience = 10;  // of the plain net: so many times the sequences of `lstm`

// A size that was given goes where the task has one.
template <typename Value>
void take(LabTask task, const char* option, const std::optional<Value>& given, Value& own) {
    if (!given) return;
    if (own == Value{}) {
        throw UsageError(
            fmt::format("Task {} has no --{}: see `carousel lab`.", format_value(task), option));
    }
    own = *given;
}

Experiment experiment_of(const LabRequest& request, LabTask task) {
    auto e = standard_experiment(task);
    take(task, "length", request.length, e.length);
    take(task, "symbols", request.symbols, e.symbols);
    take(task, "lag", request.lag, e.lag);
    take(task, "signal", request.signal, e.signal);
    e.blocks = request.blocks.value_or(e.blocks);
    e.block_size = request.block_size.value_or(e.block_size);
    e.fed_by_gates = request.fed_by_gates;
    e.learning_rate = request.learning_rate.value_or(e.learning_rate);
    e.most_wrong = request.most_wrong.value_or(e.most_wrong);
    e.limit = request.limit.value_or(e.limit);
    require_possible(e);
    return e;
}

// The file is named by what makes this run another one than the task's usual.
std::string name_of(const TrialConfig& config) {
    const auto& e = config.experiment;
    const auto usual = standard_experiment(e.task);
    auto name = fmt::format("{}", format_value(e.task));
    const auto add = [&](const char* letter, auto own, auto other) {
        if (own != other) name += fmt::format("-{}{}", letter, own);
    };
    add("T", e.length, usual.length);
    add("p", e.symbols, usual.symbols);
    add("q", e.lag, usual.lag);
    add("N", e.signal, usual.signal);
    add("blocks", e.blocks, usual.blocks);
    add("of", e.block_size, usual.block_size);
    if (!e.fed_by_gates) name += "-no-gate-weights";
    add("rate", e.learning_rate, usual.learning_rate);
    add("wrong", e.most_wrong, usual.most_wrong);
    add("limit", e.limit, usual.limit);
    name += fmt::format("-{}", format_value(config.rules));
    if (config.rules == LabRules::modern) name += fmt::format("-{}", format_value(config.cell));
    add("units", config.hidden_size, 0);
    return name + fmt::format("-seed{}", config.seed);
}

}  // namespace

void require_recurrent(CellKind cell) {
    if (cell != CellKind::transformer) return;
    throw UsageError(
        "The lab has recurrent nets: a transformer carries no gradient from step to step. Choose "
        "another cell.");
}

LabRun lab_run(const LabRequest& request, LabTask task) {
    if (request.cell) require_recurrent(*request.cell);
    if (request.cell && request.rules != LabRules::modern)
        throw UsageError("--cell is for --rules modern; the nets of 1997 have cells of their own.");
    if (!request.fed_by_gates && request.rules != LabRules::paper)
        throw UsageError("--no-gate-weights is for the nets of 1997, that is for --rules 1997.");
    if (request.output && request.tasks.size() > 1)
        throw UsageError("--output names the file of one task; several tasks have one each.");
    LabRun run{.config = {.experiment = experiment_of(request, task),
                          .rules = request.rules,
                          .cell = request.cell.value_or(CellKind::lstm),
                          .hidden_size = request.hidden_size.value_or(0),
                          .seed = request.seed}};
    const auto published = published_result(run.config.experiment);
    run.first_trial = request.first_trial;
    run.trials =
        run.first_trial + request.trials.value_or(published ? published->trials : k_trials);
    run.file =
        request.output.value_or(std::filesystem::path("lab") / (name_of(run.config) + ".jsonl"));
    return run;
}

std::optional<LabRequest> request_before(const LabRequest& request) {
    if (request.rules != LabRules::modern || request.cell != CellKind::rnn || request.limit)
        return std::nullopt;
    auto before = request;
    before.cell = CellKind::lstm;
    before.output.reset();
    return before;
}

std::uint64_t plain_net_limit(double sequences) {
    return static_cast<std::uint64_t>(std::llround(k_patience * sequences));
}

}  // namespace carousel
