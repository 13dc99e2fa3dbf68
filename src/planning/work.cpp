#include "planning/work.hpp"

#include <algorithm>

#include "kernels/cell_kind.hpp"
#include "nn/parameter.hpp"

namespace carousel {

namespace {

double symbols(const BatchShape& shape) {
    return static_cast<double>(shape.batch_size) * static_cast<double>(shape.window);
}

// Rows of the input table: the distinct symbols of a window, at most.
double table_rows(const LanguageModelConfig& model, const BatchShape& shape) {
    return std::min(static_cast<double>(model.vocabulary_size), symbols(shape));
}

double width(const GateRange& gates, const LanguageModelConfig& model) {
    return static_cast<double>(gates.count) * static_cast<double>(model.hidden_size);
}

}  // namespace

double recurrent_weights(const LanguageModelConfig& model) {
    return static_cast<double>(multiplied_weights(model));
}

double parameter_count(const LanguageModelConfig& model) {
    return static_cast<double>(ParameterList(model).count());
}

double update_flops(const LanguageModelConfig& model, const BatchShape& shape) {
    const double table = table_rows(model, shape) * static_cast<double>(model.embedding_size) *
                         width(cell_shape(model.cell).input, model);
    const double output = static_cast<double>(model.hidden_size * model.vocabulary_size);
    return 6 * ((recurrent_weights(model) + output) * symbols(shape) + table);
}

double orthogonalization_flops(const LanguageModelConfig& model) {
    const auto of_matrix = [&](const GateRange& gates, std::int64_t columns) {
        const auto k = static_cast<double>(columns);
        return gates.count > 0 ? 5 * (3 * width(gates, model) * k * k + k * k * k) : 0.0;
    };
    const auto& cell = cell_shape(model.cell);
    const auto l = static_cast<double>(model.layers);
    return of_matrix(cell.input, model.embedding_size) +
           (l - 1) * of_matrix(cell.input, model.hidden_size) +
           l * (of_matrix(cell.recurrent, model.hidden_size) +
                of_matrix(cell.mixed, model.hidden_size));
}

double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) {
    constexpr double k_copies = 9;  // weights, average, gradients, two moments, transposed, saved
    constexpr double k_program = 30e6;
    const auto& cell = cell_shape(model.cell);
    // Of each unit and step backward needs gates, states, h, and h once more with dropout.
    const auto kept = static_cast<double>(cell.gates + cell.states + 2);
    const double units = symbols(shape) * static_cast<double>(model.layers * model.hidden_size);
    const double table =
        2 * table_rows(model, shape) * static_cast<double>(cell.gates * model.hidden_size);
    return 4 * (k_copies * parameter_count(model) + kept * units + table) + k_program;
}

}  // namespace carousel
