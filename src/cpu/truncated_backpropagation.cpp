#include "cpu/truncated_backpropagation.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace carousel {

TruncatedBackpropagation::TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool,
                                                   std::int64_t window, std::int64_t batch_size,
                                                   const DropoutRates& dropout,
                                                   RecurrentGradient recurrent_gradient,
                                                   const StreamShare& streams)
    : model_(&model),
      pool_(&pool),
      window_(window),
      batch_size_(batch_size),
      first_stream_(streams.first),
      all_streams_(streams.total > 0 ? streams.total : batch_size),
      dropout_(dropout),
      embedding_(model, window * batch_size, ModelUse::training),
      output_(model, window * batch_size, ModelUse::training),
      back_(model.config(), window, batch_size),
      output_mask_(dropout, dropout.output, mask_shape()),
      losses_(static_cast<std::size_t>(window * batch_size)) {
    const auto& config = model.config();
    for (std::int64_t l = 0; l < config.layers; ++l) {
        gates_.emplace_back(window * batch_size * gates_row_length(config));
        const RecurrentLayerConfig layer{.index = l,
                                         .limits = {window * batch_size, batch_size},
                                         .use = ModelUse::training,
                                         .recurrent_gradient = recurrent_gradient,
                                         .weight_drop = dropout.recurrent > 0};
        const LayerPlace place{.embedding = &embedding_,
                               .below = l > 0 ? layers_.back().get() : nullptr,
                               .gates = gates_.back().data()};
        layers_.push_back(std::make_unique<RecurrentLayer>(model, layer, place));
        if (dropout.between > 0 && l + 1 < config.layers) {
            between_masks_.emplace_back(dropout, dropout.between, mask_shape());
            dropped_.emplace_back(vectors());
        }
    }
    if (dropout.input > 0) input_mask_.resize(static_cast<std::size_t>(config.vocabulary_size));
    if (dropout.output > 0 || sums_layers(config)) output_inputs_ = Buffer(vectors());
    if (sums_layers(config)) grad_output_inputs_ = Buffer(vectors());
}

double TruncatedBackpropagation::run(const TokenIds& inputs, const TokenIds& targets,
                                     RecurrentState& state, const WindowKey& key, float* gradients,
                                     LikelySymbols* likely) {
    check(inputs, targets, state);
    begin(key);
    return run_streams(first_stream_, inputs, targets, state, gradients, likely);
}

void TruncatedBackpropagation::begin(const WindowKey& key) {
    key_ = key;
    if (!input_mask_.empty()) {
        fill_dropout_mask(*pool_, input_mask_.data(), model_->config().vocabulary_size,
                          dropout_.input, {key.seed, RandomPurpose::dropout_input, 0}, key.number);
    }
    for (const auto& layer : layers_) {
        layer->draw_masks(*pool_, dropout_.recurrent, key.seed, key.number);
        layer->prepare(*pool_);
    }
    output_.prepare(*pool_);
}

double TruncatedBackpropagation::run_streams(std::int64_t first, const TokenIds& inputs,
                                             const TokenIds& targets, RecurrentState& state,
                                             float* gradients, LikelySymbols* likely) {
    check(inputs, targets, state);
    if (likely != nullptr) likely->make_room(targets.size(), model_->config().vocabulary_size);
    draw_masks(first);
    forward(inputs, state);
    const auto all = window_ * all_streams_;
    output_.backward(*pool_, forward_output(), all, {targets.data(), targets.size()},
                     losses_.data(), back_.outputs(), gradients,
                     likely != nullptr ? LikelyRows(*likely, 0) : LikelyRows());
    backward(gradients);
    double sum = 0;
    for (const float loss : losses_) sum += double{loss};
    return sum / static_cast<double>(all);
}

MaskShape TruncatedBackpropagation::mask_shape() const {
    return {.steps = window_,
            .streams = batch_size_,
            .row = hidden_row_length(model_->config()),
            .all = all_streams_};
}

void TruncatedBackpropagation::check(const TokenIds& inputs, const TokenIds& targets,
                                     const RecurrentState& state) const {
    const auto& config = model_->config();
    const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    const TokenIds::shape_type ids{size(window_), size(batch_size_)};
    if (inputs.shape() != ids || targets.shape() != ids || !state.fits(config, batch_size_)) {
        throw std::logic_error("a training window has another shape than its buffers");
    }
    const auto known = [&](TokenId id) { return id < config.vocabulary_size; };
    if (!std::all_of(inputs.begin(), inputs.end(), known) ||
        !std::all_of(targets.begin(), targets.end(), known)) {
        throw std::logic_error("a training window has an id outside the vocabulary");
    }
}

// What differs from stream to stream.
void TruncatedBackpropagation::draw_masks(std::int64_t first) {
    const auto random = [&](RandomPurpose purpose, std::size_t layer) {
        return RandomKey{key_.seed, purpose, static_cast<std::uint32_t>(layer)};
    };
    for (std::size_t l = 0; l < between_masks_.size(); ++l)
        between_masks_[l].draw(*pool_, random(RandomPurpose::dropout_between, l), key_.number,
                               first);
    output_mask_.draw(*pool_, random(RandomPurpose::dropout_output, layers_.size() - 1),
                      key_.number, first);
}

void TruncatedBackpropagation::forward(const TokenIds& inputs, RecurrentState& state) {
    const auto row = hidden_row_length(model_->config());
    embedding_.look_up({inputs.data(), inputs.size()},
                       input_mask_.empty() ? nullptr : input_mask_.data());
    auto read = embedding_.rows();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        layers_[l]->forward(*pool_, {window_, batch_size_, read}, state);
        read = {layers_[l]->outputs(), row, nullptr};
        if (l >= dropped_.size()) continue;
        between_masks_[l].apply(*pool_, read.rows, dropped_[l].data());
        read.rows = dropped_[l].data();
    }
}

OutputRows TruncatedBackpropagation::forward_output() {
    const float* source = layers_.back()->outputs();
    if (sums_layers(model_->config())) {
        copy(layers_.front()->outputs(), output_inputs_.data());
        for (std::size_t l = 1; l < layers_.size(); ++l)
            add(layers_[l]->outputs(), output_inputs_.data());
        source = output_inputs_.data();
    }
    if (output_mask_.exists()) {
        output_mask_.apply(*pool_, source, output_inputs_.data());
        source = output_inputs_.data();
    }
    return {source, hidden_row_length(model_->config()), window_ * batch_size_};
}

void TruncatedBackpropagation::backward(float* gradients) {
    float* grad = back_.outputs();
    if (output_mask_.exists()) output_mask_.apply(*pool_, grad, grad);
    const bool sums = grad_output_inputs_.size() > 0;
    if (sums) copy(grad, grad_output_inputs_.data());
    back_.begin();
    for (auto l = layers_.size(); l-- > 0;) {
        if (l < dropped_.size()) between_masks_[l].apply(*pool_, grad, grad);
        if (sums && l + 1 < layers_.size()) add(grad_output_inputs_.data(), grad);
        layers_[l]->backward(*pool_, back_, gradients);
    }
}

void TruncatedBackpropagation::add(const float* in, float* out) {
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(vectors() / k_panel, pool_->size(), member);
        kernels().add(out + first * k_panel, in + first * k_panel, (last - first) * k_panel);
    });
}

void TruncatedBackpropagation::copy(const float* in, float* out) const {
    std::memcpy(out, in, static_cast<std::size_t>(vectors()) * sizeof(float));
}

}  // namespace carousel
