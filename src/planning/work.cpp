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

double gate_width(const LanguageModelConfig& model) {
    return static_cast<double>(cell_shape(model.cell).gates) *
           static_cast<double>(model.hidden_size);
}

}  // namespace

double recurrent_weights(const LanguageModelConfig& model) {
    const auto l = static_cast<double>(model.layers), h = static_cast<double>(model.hidden_size);
    return gate_width(model) * h * (2 * l - 1);
}

double parameter_count(const LanguageModelConfig& model) {
    return static_cast<double>(ParameterList(model).count());
}

double update_flops(const LanguageModelConfig& model, const BatchShape& shape) {
    const double table =
        table_rows(model, shape) * static_cast<double>(model.embedding_size) * gate_width(model);
    const double output = static_cast<double>(model.hidden_size * model.vocabulary_size);
    return 6 * ((recurrent_weights(model) + output) * symbols(shape) + table);
}

double orthogonalization_flops(const LanguageModelConfig& model) {
    const auto of_matrix = [&](std::int64_t columns) {
        const auto k = static_cast<double>(columns);
        return 5 * (3 * gate_width(model) * k * k + k * k * k);
    };
    return of_matrix(model.embedding_size) +
           static_cast<double>(2 * model.layers - 1) * of_matrix(model.hidden_size);
}

double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) {
    constexpr double k_copies = 9;  // weights, average, gradients, two moments, transposed, saved
    constexpr double k_kept = 6;    // numbers of each unit and step that backward needs
    constexpr double k_program = 30e6;
    const double units = symbols(shape) * static_cast<double>(model.layers * model.hidden_size);
    const double table = 2 * table_rows(model, shape) * gate_width(model);
    return 4 * (k_copies * parameter_count(model) + k_kept * units + table) + k_program;
}

}  // namespace carousel
