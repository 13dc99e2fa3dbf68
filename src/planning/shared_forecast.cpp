#include "planning/shared_forecast.hpp"

#include <algorithm>

#include "model/parameter.hpp"

namespace carousel {

double exchanged_bytes(const LanguageModelConfig& model, OptimizerKind optimizer, int processes) {
    const double others = static_cast<double>(processes - 1) / processes;
    double floats = 2 * static_cast<double>(parameter_count(model));
    if (optimizer == OptimizerKind::muon) floats += static_cast<double>(multiplied_weights(model));
    return sizeof(float) * others * floats;
}

double SharedForecast::seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                                         OptimizerKind optimizer) const {
    constexpr double k_rounds = 6;  // what to do, text, slices, sums, losses, directions
    const auto share = share_of(shape);
    if (processes_ == 1) return one_->seconds_of_update(model, share, optimizer);
    // The matrices of Muon are shared out: W and U of each layer.
    const auto at_work = std::min<std::int64_t>(processes_, 2 * model.layers);
    const double plain = one_->seconds_of_update(model, share, OptimizerKind::adam),
                 muon = one_->seconds_of_update(model, share, optimizer) - plain;
    const double computing = plain + muon / static_cast<double>(at_work);
    return computing + exchanged_bytes(model, optimizer, processes_) / link_.bytes_per_second +
           k_rounds * link_.latency;
}

double SharedForecast::training_bytes(const LanguageModelConfig& model,
                                      const BatchShape& shape) const {
    return one_->training_bytes(model, share_of(shape));
}

BatchShape SharedForecast::share_of(const BatchShape& shape) const {
    return {
        .batch_size = std::max<std::int64_t>(1, (shape.batch_size + processes_ - 1) / processes_),
        .window = shape.window};
}

}  // namespace carousel
