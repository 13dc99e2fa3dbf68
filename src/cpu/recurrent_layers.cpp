#include "cpu/recurrent_layers.hpp"

#include <algorithm>

namespace carousel {

namespace {

RandomKey random_key(const WindowKey& key, RandomPurpose purpose, std::size_t layer) {
    return {key.seed, purpose, static_cast<std::uint32_t>(layer)};
}

// out += in, all of (T, B, H).
void add_vectors(ThreadPool& pool, const float* in, float* out, std::int64_t count) {
    constexpr std::int64_t k_worth_sharing = 16384;  // floats
    if (count < k_worth_sharing) return kernels().add(out, in, count);
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(count / k_panel, pool.size(), member);
        kernels().add(out + first * k_panel, in + first * k_panel, (last - first) * k_panel);
    });
}

}  // namespace

RecurrentLayers::RecurrentLayers(const LanguageModel& model, Embedding& embedding,
                                 const LayersConfig& config)
    : embedding_(&embedding),
      row_(hidden_row_length(model.config())),
      dropped_weights_(config.dropout.recurrent) {
    const auto& net = model.config();
    const bool trains = config.use.trains;
    const auto vectors = config.limits.positions * row_;
    for (std::int64_t l = 0; l < net.layers; ++l) {
        if (trains || l == 0) gates_.emplace_back(config.limits.positions * gates_row_length(net));
        const RecurrentLayerConfig layer{.index = l,
                                         .limits = config.limits,
                                         .use = config.use,
                                         .recurrent_gradient = config.recurrent_gradient,
                                         .weight_drop = trains && config.dropout.recurrent > 0};
        const LayerPlace place{.embedding = &embedding,
                               .below = l > 0 ? layers_.back().get() : nullptr,
                               .gates = gates_.back().data()};
        layers_.push_back(std::make_unique<RecurrentLayer>(model, layer, place));
        if (config.dropout.between > 0 && l + 1 < net.layers) {
            between_masks_.emplace_back(config.dropout, config.dropout.between,
                                        mask_shape(net, config));
            dropped_.emplace_back(vectors);
        }
    }
    if (sums_layers(net)) summed_ = Buffer(vectors);
    if (!trains) return;
    back_ = std::make_unique<ActivationGradients>(
        net, config.limits.positions / config.limits.streams, config.limits.streams);
    if (sums_layers(net)) grad_summed_ = Buffer(vectors);
}

void RecurrentLayers::begin(ThreadPool& pool, const WindowKey& key) {
    for (const auto& layer : layers_) {
        layer->draw_masks(pool, dropped_weights_, key.seed, key.number);
        layer->prepare(pool);
    }
}

void RecurrentLayers::draw_masks(ThreadPool& pool, const WindowKey& key,
                                 std::int64_t first_stream) {
    for (std::size_t l = 0; l < between_masks_.size(); ++l)
        between_masks_[l].draw(pool, random_key(key, RandomPurpose::dropout_between, l), key.number,
                               first_stream);
}

const float* RecurrentLayers::forward(ThreadPool& pool, const Window& window,
                                      RecurrentState& state) {
    const auto count = window.steps * window.streams * row_;
    auto read = embedding_->rows();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        layers_[l]->forward(pool, {window.steps, window.streams, read}, state);
        if (window.signals.first != nullptr)  // before the next layer takes the gates
            layers_[l]->copy_signals(window.signals.first +
                                     static_cast<std::ptrdiff_t>(l) * window.signals.layer);
        read = {layers_[l]->outputs(), row_, nullptr};
        if (sums() && l == 0) std::copy_n(read.rows, count, summed_.data());
        if (sums() && l > 0) add_vectors(pool, read.rows, summed_.data(), count);
        if (l >= dropped_.size()) continue;
        between_masks_[l].apply(pool, read.rows, dropped_[l].data());
        read.rows = dropped_[l].data();
    }
    return sums() ? summed_.data() : read.rows;
}

void RecurrentLayers::backward(ThreadPool& pool, float* gradients, Task<std::int64_t> after_layer) {
    float* grad = back_->outputs();
    const auto count = back_->size();
    if (sums()) std::copy_n(grad, count, grad_summed_.data());
    back_->begin();
    for (auto l = layers_.size(); l-- > 0;) {
        if (l < dropped_.size()) between_masks_[l].apply(pool, grad, grad);
        if (sums() && l + 1 < layers_.size()) add_vectors(pool, grad_summed_.data(), grad, count);
        layers_[l]->backward(pool, *back_, gradients);
        after_layer(static_cast<std::int64_t>(l));
    }
}

}  // namespace carousel
