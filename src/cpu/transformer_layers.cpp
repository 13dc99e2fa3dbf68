#include "cpu/transformer_layers.hpp"

#include <algorithm>

#include "model/transformer.hpp"

namespace carousel {

TransformerLayers::TransformerLayers(const LanguageModel& model, Embedding& embedding,
                                     const LayersConfig& config)
    : embedding_(&embedding),
      row_(hidden_row_length(model.config())),
      shape_(model.config(), config.limits.streams),
      positions_(head_size(model.config())),
      room_(model.config(), shape_, config),
      norm_(model, model.parameters().output_gain(),
            config.use.trains ? config.limits.positions : 0),
      outputs_(config.limits.positions, row_),
      x_(config.limits.positions * row_) {
    const bool trains = config.use.trains;
    for (std::int64_t l = 0; l < model.config().layers; ++l) {
        if (trains || l == 0)
            kept_.push_back(
                std::make_unique<TransformerActivations>(model.config(), shape_, config.limits));
        layers_.push_back(
            std::make_unique<TransformerLayer>(model, l, config, *kept_.back(), room_));
    }
    if (!trains) return;
    grad_outputs_ = Buffer(x_.size());
    grad_ = Buffer(x_.size());
}

void TransformerLayers::begin(ThreadPool& pool, const WindowKey&) {
    for (const auto& layer : layers_) layer->prepare(pool);
}

void TransformerLayers::draw_masks(ThreadPool& pool, const WindowKey& key,
                                   std::int64_t first_stream) {
    for (const auto& layer : layers_) layer->draw_masks(pool, key, first_stream);
}

// Of each position of the window, the turns of its pairs.
void TransformerLayers::find_positions(ThreadPool& pool) {
    const auto pairs = positions_.pairs(), streams = shape_.streams();
    pool.run([&](int member) {
        const auto some = split_evenly(shape_.positions(), pool.size(), member);
        for (auto i = some.begin; i < some.end; ++i)
            positions_.fill(shape_.read(i % streams) + i / streams,
                            room_.cosines.data() + i * pairs, room_.sines.data() + i * pairs);
    });
}

const float* TransformerLayers::forward(ThreadPool& pool, const Window& window,
                                        RecurrentState& state) {
    shape_.begin(window.steps, window.streams, state);
    find_positions(pool);
    const auto read = embedding_->rows();
    const auto count = shape_.positions();
    for (std::int64_t i = 0; i < count; ++i) std::copy_n(read.at(i), row_, x_.data() + i * row_);
    for (const auto& layer : layers_) layer->forward(pool, x_.data(), state);
    shape_.end(state);
    norm_.forward(pool, x_.data(), outputs_, count);
    return outputs_.outputs.data();
}

void TransformerLayers::backward(ThreadPool& pool, float* gradients,
                                 Task<std::int64_t> after_layer) {
    std::fill_n(grad_.data(), grad_.size(), 0.0F);
    norm_.backward(pool, grad_outputs_.data(), outputs_, grad_.data(), shape_.positions(),
                   gradients);
    for (auto l = layers_.size(); l-- > 0;) {
        layers_[l]->backward(pool, grad_.data(), gradients);
        if (l == 0) embedding_->backward(pool, grad_.data(), gradients);
        after_layer(static_cast<std::int64_t>(l));
    }
}

}  // namespace carousel
