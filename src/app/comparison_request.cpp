#include "app/comparison_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "app/option_values.hpp"
#include "app/request_checks.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"

namespace carousel {

std::vector<CellKind> usual_cells() {
    constexpr std::array<std::string_view, 4> k_usual{"rnn", "lstm", "gru", "transformer"};
    std::vector<CellKind> cells;
    for (const auto word : k_usual) {
        const auto& words = k_words<CellKind>;
        const auto found = std::ranges::find(words, word);
        if (found != words.end()) cells.push_back(static_cast<CellKind>(found - words.begin()));
    }
    return cells;
}

std::vector<CellKind> parse_cells(std::string_view option, std::string_view words) {
    std::vector<CellKind> cells;
    for (;;) {
        const auto end = words.find(',');
        cells.push_back(parse_choice<CellKind>(option, words.substr(0, end)));
        if (end == std::string_view::npos) return cells;
        words.remove_prefix(end + 1);
    }
}

namespace {

void require_equality(const ComparisonRequest& request) {
    using Model = LanguageModelConfig;
    const auto& hidden_size = request.architecture[&Model::hidden_size];
    if (hidden_size && request.parameters) {
        throw UsageError(
            "--hidden-size and --parameters both say how large the models are: give one of them.");
    }
    if (request.equal != Equal::time) return;
    if (hidden_size || request.parameters) {
        throw UsageError(fmt::format(
            "--equal time lets each cell have the sizes that suit it; {} contradicts it.",
            hidden_size ? "--hidden-size" : "--parameters"));
    }
    if (settle_length(request).kind != LengthKind::seconds)
        throw UsageError("--equal time needs a time: --steps and --epochs contradict it.");
}

}  // namespace

void require_consistent(const ComparisonRequest& request) {
    require_consistent(static_cast<const TrainingRequest&>(request));
    for (auto cell = request.cells.begin(); cell != request.cells.end(); ++cell) {
        if (std::find(request.cells.begin(), cell, *cell) != cell)
            throw UsageError(fmt::format("--cells names {} twice.", format_value(*cell)));
    }
    if (std::ranges::find(request.corpus, "-") != request.corpus.end()) {
        throw UsageError(
            "A comparison reads its text once for each training, and standard input (-) is gone "
            "after the first: give it as a file.");
    }
    if (request.validation_fraction == 0.0) {
        throw UsageError(
            "Models are compared by how well they predict a text that they have not seen: "
            "--validation-fraction 0 leaves none.");
    }
    require_equality(request);
}

}  // namespace carousel
