#include "planning/shared_forecast.hpp"

#include <algorithm>
#include <cmath>

#include "model/parameter.hpp"

namespace carousel {

namespace {

/// The matrices that Muon moves, which processes share out, of one size as nearly all are.
struct Matrices {
    double floats = 0, count = 0;

    double most_of_one(int processes) const {
        return count > 0 ? floats * std::ceil(count / processes) / count : 0;
    }
    double part_of_one(int processes) const {
        return count > 0 ? most_of_one(processes) / floats : 1;
    }
    /// They are few beside the processes: see cpu/matrix_shares.hpp.
    bool in_slices(int processes) const { return most_of_one(processes) * processes > 2 * floats; }
};

Matrices matrices_of(const LanguageModelConfig& model, OptimizerKind optimizer) {
    Matrices matrices;
    if (optimizer != OptimizerKind::muon) return matrices;
    for (const auto& parameter : model_parameters(model)) {
        if (!is_layer_matrix(parameter) || parameter.is_sparse) continue;
        matrices.floats += static_cast<double>(parameter.count());
        ++matrices.count;
    }
    return matrices;
}

}  // namespace

ExchangedBytes exchanged_bytes(const LanguageModelConfig& model, OptimizerKind optimizer,
                               int processes) {
    const double n = processes, all = static_cast<double>(parameter_count(model));
    const auto matrices = matrices_of(model, optimizer);
    const double one = matrices.most_of_one(processes), others = (n - 1) / n;
    double gradients = 2 * others * (all - matrices.floats), directions = 0;
    if (matrices.in_slices(processes)) {
        // The own slice of a matrix that is another's: its gradient goes there, its direction to
        // all but there.
        const double slices = (matrices.floats - one) / n;
        gradients += others * matrices.floats + slices;
        directions = others * (one + matrices.floats) - slices;
    } else {
        gradients += (n - 1) * one;
        directions = (n - 1) * one;
    }
    return {sizeof(float) * gradients, sizeof(float) * directions};
}

double SharedForecast::seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                                         OptimizerKind optimizer) const {
    const auto share = share_of(shape);
    if (processes_ == 1) return one_->seconds_of_update(model, share, optimizer);
    const double plain = one_->seconds_of_update(model, share, OptimizerKind::adam),
                 muon = one_->seconds_of_update(model, share, optimizer) - plain;
    const auto bytes = exchanged_bytes(model, optimizer, processes_);
    const auto layers = static_cast<double>(model.layers);
    // A third goes forward. Behind each layer on the way back its gradient waits for those above.
    const double of_layer = bytes.gradients / layers / link_.bytes_per_second + 2 * link_.latency;
    double sent = 0;
    for (double done = 1; done <= layers; ++done)
        sent = std::max(sent, plain * (1 + 2 * done / layers) / 3) + of_layer;
    const auto matrices = matrices_of(model, optimizer);
    double rounds = 3;  // what to do, text, losses
    if (matrices.count > 0) rounds += matrices.in_slices(processes_) ? 2 : 1;  // directions
    return sent + muon * matrices.part_of_one(processes_) +
           bytes.directions / link_.bytes_per_second + rounds * link_.latency;
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
