#include "app/comparison_plan.hpp"

#include <algorithm>

#include "app/comparison_sizes.hpp"
#include "app/training_settings.hpp"
#include "model/cell_shapes.hpp"
#include "model/limits.hpp"
#include "model/parameter.hpp"

namespace carousel {

namespace {

// A Transformer has no gates.
bool is_recurrent(CellKind cell) {
    return cell_shape(cell).gates > 0;
}

// A layer of attention and feedforward net is half as wide for its parameters, and plans give
// such nets twice as many layers.
std::int64_t twice(std::int64_t layers) {
    return std::min(2 * layers, k_most_layers);
}

}  // namespace

TrainingPlan CellPlanner::plan(const TrainingRequest& request) const {
    return plan_training(request, nullptr, text_, machine_, [&] { return seconds_; });
}

EqualSizes CellPlanner::sizes_of_reference(std::span<const CellKind> cells,
                                           std::optional<std::uint64_t> parameters) const {
    auto request = comparison_.terms;
    const bool has_lstm = std::ranges::find(cells, CellKind::lstm) != cells.end();
    const auto reference = has_lstm ? CellKind::lstm : cells.front();
    request.architecture[&LanguageModelConfig::cell] = reference;
    const auto made = plan(request).plan;
    // Layers of recurrent nets, of which a Transformer has twice as many.
    const auto layers = is_recurrent(reference) ? made.model.layers : (made.model.layers + 1) / 2;
    return {
        .parameters = parameters.value_or(static_cast<std::uint64_t>(parameter_count(made.model))),
        .layers = layers,
        .batch_size = made.training.batch_size,
        .window = made.training.window};
}

ComparedCell CellPlanner::plan(CellKind cell, std::vector<std::string>& notes) const {
    using Model = LanguageModelConfig;
    auto request = comparison_.terms;
    request.architecture[&Model::cell] = cell;
    if (comparison_.sizes) {
        const auto& sizes = *comparison_.sizes;
        request.training[&TrainingConfig::batch_size] = sizes.batch_size;
        request.training[&TrainingConfig::window] = sizes.window;
        auto& layers = request.architecture[&Model::layers];
        if (!layers) layers = is_recurrent(cell) ? sizes.layers : twice(sizes.layers);
        const auto symbols = static_cast<std::int64_t>(text_.corpus().vocabulary().size());
        const auto model =
            with_parameters(plan_request(request, nullptr, {}, symbols).model, sizes.parameters);
        request.architecture[&Model::hidden_size] = model.hidden_size;
    }
    const auto made = plan(request);
    notes = made.notes;
    return {.model = made.plan.model,
            .training = made.plan.training,
            .parameters = static_cast<std::uint64_t>(parameter_count(made.plan.model))};
}

}  // namespace carousel
