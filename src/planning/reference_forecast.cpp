#include "planning/reference_forecast.hpp"

#include "model/cell_shapes.hpp"
#include "model/work.hpp"

namespace carousel {

namespace {

constexpr double k_flops_per_second = 190e9;

// Rounds and sums over all units leave the cores nothing to share but streams.
bool one_core_works(const LanguageModelConfig& model, const BatchShape& shape) {
    const auto& cell = cell_shape(model.cell);
    return shape.batch_size == 1 && (cell.rounds > 0 || is_normalized(cell));
}

}  // namespace

double ReferenceForecast::seconds_of_update(const LanguageModelConfig& model,
                                            const BatchShape& shape,
                                            OptimizerKind optimizer) const {
    const double part = one_core_works(model, shape) ? 0.5 : 1;
    return update_work(model, shape, optimizer) / (k_flops_per_second * part);
}

double ReferenceForecast::training_bytes(const LanguageModelConfig& model,
                                         const BatchShape& shape) const {
    return carousel::training_bytes(model, shape);
}

}  // namespace carousel
