#include "planning/work.hpp"

#include <algorithm>

#include "cpu/parameter.hpp"
#include "model/cell_kind.hpp"

namespace carousel {

namespace {

double symbols(const BatchShape& shape) {
    return static_cast<double>(shape.batch_size) * static_cast<double>(shape.window);
}

// Rows of the input table: the distinct symbols of a window, at most.
double table_rows(const LanguageModelConfig& model, const BatchShape& shape) {
    return std::min(static_cast<double>(model.vocabulary_size), symbols(shape));
}

// Numbers that the attention of a symbol multiplies with, besides weights: the outputs before, for
// the scores and for the context.
double attended(const LanguageModelConfig& model) {
    return 2.0 * static_cast<double>(cell_shape(model.cell).attention_span * model.layers *
                                     model.hidden_size);
}

}  // namespace

double recurrent_weights(const LanguageModelConfig& model) {
    return static_cast<double>(multiplied_weights(model));
}

double parameter_count(const LanguageModelConfig& model) {
    return static_cast<double>(ParameterList(model).count());
}

double update_flops(const LanguageModelConfig& model, const BatchShape& shape) {
    const auto& cell = cell_shape(model.cell);
    const double row = static_cast<double>(model.embedding_size * model.hidden_size) *
                       static_cast<double>(has_input_table(cell) ? cell.input.count : 0);
    const double table = table_rows(model, shape) * row;
    const double output = static_cast<double>(model.hidden_size * model.vocabulary_size);
    return 6 * ((recurrent_weights(model) + attended(model) + output) * symbols(shape) + table);
}

double orthogonalization_flops(const LanguageModelConfig& model) {
    const ParameterList parameters(model);
    double sum = 0;
    for (const auto& p : parameters.all()) {
        if (p.layout != ParameterLayout::gate_panels || p.is_sparse) continue;
        const auto n = static_cast<double>(std::max(p.shape[0], p.shape[1])),
                   k = static_cast<double>(std::min(p.shape[0], p.shape[1]));
        sum += 5 * (3 * n * k * k + k * k * k);
    }
    return sum;
}

double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) {
    constexpr double k_copies = 9;  // weights, average, gradients, two moments, transposed, saved
    constexpr double k_program = 30e6;
    const auto& cell = cell_shape(model.cell);
    // Of each unit and step backward needs gates, states, h, and h once more with dropout; where
    // sums are normalized, these too; of each round what scales and is scaled, and an eighth of
    // that twice; of attention query, context and output.
    const double kept = static_cast<double>(cell.gates + cell.states + 2 + gain_count(cell)) +
                        2.25 * static_cast<double>(cell.rounds) + (cell.attention_span > 0 ? 3 : 0);
    const double units = symbols(shape) * static_cast<double>(model.layers * model.hidden_size);
    // The outputs carried, in three copies, and the shares.
    const double attention =
        1.5 * attended(model) * static_cast<double>(shape.batch_size) +
        symbols(shape) * static_cast<double>(model.layers * cell.attention_span);
    const double table =
        has_input_table(cell)
            ? 2 * table_rows(model, shape) * static_cast<double>(cell.gates * model.hidden_size)
            : 0;
    return 4 * (k_copies * parameter_count(model) + kept * units + attention + table) + k_program;
}

}  // namespace carousel
