#include "app/lab_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/quantity.hpp"
#include "base/words.hpp"
#include "lab/paper_net.hpp"
#include "model/language_model_config.hpp"
#include "report/page.hpp"

namespace carousel {

namespace {

std::string count_of(double sequences) {
    return format_count(static_cast<std::uint64_t>(std::llround(sequences)));
}

std::string net_of(const TrialConfig& config) {
    const auto& e = config.experiment;
    switch (config.rules) {
        case LabRules::paper:
            return fmt::format(
                "{} block{} of {} cell{}, {} weights{}, learning rate {}", e.blocks,
                e.blocks == 1 ? "" : "s", e.block_size, e.block_size == 1 ? "" : "s",
                format_count(static_cast<std::uint64_t>(memory_net_shape(e).weights())),
                e.fed_by_gates ? "" : ", none from gates", e.learning_rate);
        case LabRules::modern:
            return fmt::format("a layer of {}, Adam", format_value(config.cell));
        case LabRules::guess:
            return "weights of a plain recurrent net, guessed";
    }
    return {};
}

std::string heading_of(const TrialConfig& config) {
    const auto& e = config.experiment;
    const auto sizes = sizes_of(e);
    return fmt::format("Task {}{}{}: {}", format_value(e.task), sizes.empty() ? "" : ", ", sizes,
                       describe(e.task));
}

constexpr const char* k_nothing = "–";

}  // namespace

LabSummary summarize(const std::vector<TrialRecord>& records) {
    LabSummary summary;
    double sum = 0, first = 0, wrong = 0, square = 0;
    int firsts = 0, tests = 0;
    for (const auto& record : records) {
        if (!record.result) continue;
        ++summary.trials;
        const auto& result = *record.result;
        if (!result.solved) continue;
        const auto sequences = static_cast<double>(result.sequences);
        summary.fewest = summary.solved == 0 ? sequences : std::min(summary.fewest, sequences);
        summary.most = std::max(summary.most, sequences);
        ++summary.solved;
        sum += sequences;
        if (result.first) {
            first += static_cast<double>(*result.first);
            ++firsts;
        }
        if (result.test) {
            wrong += static_cast<double>(result.test->wrong) / result.test->sequences;
            square += result.test->mean_square;
            ++tests;
        }
    }
    if (summary.solved > 0) summary.sequences = sum / summary.solved;
    if (firsts > 0) summary.first = first / firsts;
    if (tests > 0) {
        summary.wrong = wrong / tests;
        summary.mean_square = square / tests;
    }
    return summary;
}

std::string sizes_of(const Experiment& e) {
    std::string sizes;
    const auto add = [&](const char* letter, int value) {
        if (value == 0) return;
        sizes += fmt::format("{}{} = {}", sizes.empty() ? "" : ", ", letter, value);
    };
    add("T", e.length);
    add("N", e.signal);
    add("p", e.symbols);
    add("q", e.lag);
    return sizes;
}

std::vector<std::vector<std::string>> lab_rows(const LabReport& report) {
    const auto& own = report.summary;
    const auto& paper = report.published;
    std::vector<std::vector<std::string>> rows;
    const auto add = [&](const char* name, std::string ours, std::string theirs) {
        rows.push_back({name, std::move(ours), std::move(theirs)});
    };
    add("solved", fmt::format("{} of {}", own.solved, own.trials),
        paper ? fmt::format("{} % of {}", paper->solved_percent, paper->trials) : k_nothing);
    const auto mean = [&](double value) { return own.solved > 0 ? count_of(value) : k_nothing; };
    const char* what = report.config.rules == LabRules::guess ? "guesses" : "sequences";
    if (own.first > 0 || (paper && paper->first_sequences > 0)) {
        add("until the first criterion", own.first > 0 ? count_of(own.first) : k_nothing,
            paper && paper->first_sequences > 0 ? count_of(paper->first_sequences) : k_nothing);
    }
    add(what, mean(own.sequences), paper ? count_of(paper->sequences) : k_nothing);
    add("fewest and most",
        own.solved > 0 ? fmt::format("{} to {}", count_of(own.fewest), count_of(own.most))
                       : k_nothing,
        paper && paper->most > 0
            ? fmt::format("{} to {}", count_of(paper->fewest), count_of(paper->most))
            : k_nothing);
    if (own.wrong || (paper && paper->wrong)) {
        add("wrong afterwards", own.wrong ? fmt::format("{:.5f}", *own.wrong) : k_nothing,
            paper && paper->wrong ? fmt::format("{:.5f}", *paper->wrong) : k_nothing);
    }
    return rows;
}

std::string lab_table(const LabReport& report) {
    auto text =
        fmt::format("{}\n{} rules: {}; seed {}\n\n", heading_of(report.config),
                    format_value(report.config.rules), net_of(report.config), report.config.seed);
    text += fmt::format("{:<26}{:>22}{:>20}\n", "", "here", "1997");
    for (const auto& row : lab_rows(report))
        text += fmt::format("{:<26}{:>22}{:>20}\n", row[0], row[1], row[2]);
    return text;
}

std::string lab_overview() {
    std::string text = fmt::format("{:<6}{:<26}{:>10}  {}\n", "TASK", "sizes", "1997", "");
    for (std::size_t i = 0; i < k_words<LabTask>.size(); ++i) {
        const auto e = standard_experiment(static_cast<LabTask>(i));
        const auto paper = published_result(e);
        text += fmt::format("{:<6}{:<26}{:>10}  {}\n", format_value(e.task), sizes_of(e),
                            paper ? count_of(paper->sequences) : k_nothing, describe(e.task));
    }
    return text +
           "\n1997: training sequences until it was solved, the mean of the paper's trials.\n"
           "Run one with `carousel lab TASK`; `carousel lab gradients` shows how gradients vanish.\n";
}

std::string lab_page(const std::vector<LabReport>& reports) {
    Page page("Long lags, as in 1997 and today", "carousel lab");
    page.add_paragraph(
        "The experiments of Hochreiter & Schmidhuber, \"Long Short-Term Memory\", Neural "
        "Computation 9(8), 1997, run again: training sequences until a task was solved, the mean "
        "over trials that begin with other random weights, beside what the paper reports.");
    for (const auto& report : reports) {
        page.add_heading(heading_of(report.config));
        page.add_paragraph(fmt::format("{} rules: {}; seed {}.", format_value(report.config.rules),
                                       net_of(report.config), report.config.seed));
        page.add_grid({{"", "here", "1997"}, lab_rows(report)});
    }
    return page.html();
}

}  // namespace carousel
