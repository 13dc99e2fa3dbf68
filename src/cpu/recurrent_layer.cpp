#include "cpu/recurrent_layer.hpp"

#include <utility>

#include "cpu/attention.hpp"
#include "cpu/input_product.hpp"
#include "cpu/input_table.hpp"
#include "cpu/mixed_steps.hpp"
#include "cpu/mogrifier_steps.hpp"
#include "cpu/normalized_steps.hpp"
#include "cpu/plain_steps.hpp"

namespace carousel {

namespace {

using Stages = std::vector<std::unique_ptr<Stage>>;

std::unique_ptr<Stage> input_stage(const LayerContext& context, LayerNormalization* normalization,
                                   NormalizedSums* sums) {
    if (context.embedding != nullptr) return std::make_unique<InputTable>(context, normalization);
    return std::make_unique<InputProduct>(context, sums);
}

void add_normalized_steps(const LayerContext& context, Stages& stages) {
    auto normalization = std::make_unique<LayerNormalization>(context);
    auto steps = std::make_unique<NormalizedSteps>(context, *normalization);
    auto input = input_stage(context, normalization.get(), &steps->input_sums());
    stages.push_back(std::move(normalization));
    stages.push_back(std::move(input));
    stages.push_back(std::move(steps));
}

// What the shape of the cell asks for.
Stages stages_of(const LayerContext& context) {
    const auto& cell = context.cell();
    Stages stages;
    if (cell.rounds > 0) {
        stages.push_back(std::make_unique<MogrifierSteps>(context));
    } else if (is_normalized(cell)) {
        add_normalized_steps(context, stages);
    } else {
        stages.push_back(input_stage(context, nullptr, nullptr));
        if (cell.mixed.count > 0) {
            stages.push_back(std::make_unique<MixedSteps>(context));
        } else {
            stages.push_back(std::make_unique<PlainSteps>(context));
        }
    }
    if (cell.attention_span > 0) stages.push_back(std::make_unique<Attention>(context));
    return stages;
}

}  // namespace

RecurrentLayer::RecurrentLayer(const LanguageModel& model, const RecurrentLayerConfig& config,
                               const LayerPlace& place)
    : index_(config.index),
      activations_(model.config(), config.limits, place.gates),
      matrices_(model, config.index, config.use, config.weight_drop),
      stages_(stages_of({.model = model,
                         .parameters = model.parameters().layer(config.index),
                         .use = config.use,
                         .recurrent_gradient = config.recurrent_gradient,
                         .limits = config.limits,
                         .activations = activations_,
                         .below = place.below != nullptr ? &place.below->activations_ : nullptr,
                         .embedding = place.below != nullptr ? nullptr : place.embedding,
                         .matrices = matrices_})) {}

// Calls work(member) for each share of the steps.
template <typename Work>
void RecurrentLayer::run(ThreadPool& pool, Work work) const {
    const auto streams = activations_.streams(), blocks = activations_.blocks();
    pool.run([&](int index) { work(Member(pool, index, activations_.cell(), streams, blocks)); });
}

void RecurrentLayer::forward(ThreadPool& pool, const Window& window, RecurrentState& state) {
    activations_.begin(window.steps, window.streams, window.inputs);
    activations_.load(state, index_);
    for (auto& stage : stages_) stage->forward_before(pool);
    run(pool, [&](const Member& member) {
        for (std::int64_t t = 0; t < window.steps; ++t) {
            for (auto& stage : stages_) stage->forward_step(t, member);
        }
    });
    for (auto& stage : stages_) stage->forward_after(pool);
    activations_.store(index_, state);
}

void RecurrentLayer::draw_masks(ThreadPool& pool, float rate, std::uint64_t seed,
                                std::uint64_t number) {
    matrices_.for_each([&](StepMatrix& matrix) { matrix.draw_mask(pool, rate, seed, number); });
}

void RecurrentLayer::prepare(ThreadPool& pool) {
    matrices_.for_each([&](StepMatrix& matrix) { matrix.prepare(pool); });
    for (auto& stage : stages_) stage->prepare(pool);
}

// From the last stage to the first.
template <typename Visit>
void RecurrentLayer::for_each_back(Visit visit) {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) visit(**stage);
}

void RecurrentLayer::backward(ThreadPool& pool, ActivationGradients& back, float* gradients,
                              const Task<std::int64_t>* after_step) {
    back.begin_layer();
    for_each_back([&](Stage& stage) { stage.backward_after(pool, back, gradients); });
    run(pool, [&](const Member& member) {
        for (auto t = activations_.steps() - 1; t >= 0; --t) {
            for_each_back([&](Stage& stage) { stage.backward_step(t, member, back); });
            if (after_step != nullptr) (*after_step)(t);
        }
    });
    for_each_back([&](Stage& stage) { stage.backward_before(pool, back, gradients); });
    matrices_.for_each([&](StepMatrix& matrix) { matrix.mask_gradient(pool, gradients); });
}

}  // namespace carousel
