#include "model/work.hpp"

#include <algorithm>

#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"

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
    const auto span = is_transformer(model) ? model.context : cell_shape(model.cell).attention_span;
    return 2.0 * static_cast<double>(span * model.layers * model.hidden_size);
}

// What a Transformer keeps for backward: of a layer both norms twice, queries, keys, values, what
// the heads gave, and the feedforward net before and after GELU; once for all layers as much again
// on its way; keys and values of the past at work and in two states. A validation reads some 4096
// symbols at once, of up to 64 streams, of whose past it keeps 64 MB at most in its state, and as
// much at work.
double transformer_floats(const LanguageModelConfig& model, const BatchShape& shape) {
    constexpr double k_read = 4096, k_read_streams = 64, k_most_past = 16e6;
    const auto units = static_cast<double>(model.hidden_size),
               layers = static_cast<double>(model.layers);
    const double past = 3 * attended(model) * static_cast<double>(shape.batch_size);
    const double validation =
        12 * k_read * units + 2 * std::min(k_most_past, k_read_streams * attended(model));
    return symbols(shape) * units * (16 * layers + 18) + past + validation;
}

}  // namespace

double update_flops(const LanguageModelConfig& model, const BatchShape& shape) {
    const auto& cell = cell_shape(model.cell);
    const double row = static_cast<double>(model.embedding_size * model.hidden_size) *
                       static_cast<double>(has_input_table(cell) ? cell.input.count : 0);
    const double table = table_rows(model, shape) * row;
    const double output = static_cast<double>(model.hidden_size * model.vocabulary_size);
    return 6 * ((static_cast<double>(multiplied_weights(model)) + attended(model) + output) *
                    symbols(shape) +
                table);
}

double orthogonalization_flops(const LanguageModelConfig& model) {
    double sum = 0;
    for (const auto& p : model_parameters(model)) {
        if (!is_layer_matrix(p) || p.is_sparse) continue;
        const auto n = static_cast<double>(std::max(p.shape[0], p.shape[1])),
                   k = static_cast<double>(std::min(p.shape[0], p.shape[1]));
        sum += 3 * n * k * k + 9 * k * k * k;
    }
    return sum;
}

double update_work(const LanguageModelConfig& model, const BatchShape& shape,
                   OptimizerKind optimizer) {
    // From the nets of 128 to 512 units in docs/performance.md; of a Transformer, whose units have
    // two norms, four of GELU and their part of the shares of attention, from docs/transformer.md.
    constexpr double k_unit_work = 450, k_transformer_unit_work = 3500, k_parameter_work = 320;
    const double unit_work = is_transformer(model) ? k_transformer_unit_work : k_unit_work;
    const auto units =
        static_cast<double>(shape.batch_size * shape.window * model.layers * model.hidden_size);
    return update_flops(model, shape) + unit_work * units +
           k_parameter_work * static_cast<double>(parameter_count(model)) +
           (optimizer == OptimizerKind::muon ? orthogonalization_flops(model) : 0);
}

double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) {
    constexpr double k_copies = 9;  // weights, average, gradients, two moments, transposed, saved
    constexpr double k_program = 30e6;
    if (is_transformer(model))
        return 4 * (k_copies * static_cast<double>(parameter_count(model)) +
                    transformer_floats(model, shape)) +
               k_program;
    const auto& cell = cell_shape(model.cell);
    // For each unit and step backward needs gates, states, h, and h once more with dropout; the
    // sums, where they are normalized; what each round scales and what it is scaled by, and an
    // eighth of that twice; query, context and output of attention.
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
    return 4 * (k_copies * static_cast<double>(parameter_count(model)) + kept * units + attention +
                table) +
           k_program;
}

}  // namespace carousel
