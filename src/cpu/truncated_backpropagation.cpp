#include "cpu/truncated_backpropagation.hpp"

#include <algorithm>
#include <stdexcept>

#include "cpu/make_layers.hpp"

namespace carousel {

TruncatedBackpropagation::TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool,
                                                   std::int64_t window, std::int64_t batch_size,
                                                   const DropoutRates& dropout,
                                                   RecurrentGradient recurrent_gradient,
                                                   const StreamShare& streams, Precision precision)
    : model_(&model),
      pool_(&pool),
      window_(window),
      batch_size_(batch_size),
      first_stream_(streams.first),
      all_streams_(streams.total > 0 ? streams.total : batch_size),
      dropout_(dropout),
      use_{.trains = true, .precision = precision},
      embedding_(model, window * batch_size, use_),
      layers_config_{.limits = {window * batch_size, batch_size},
                     .use = use_,
                     .dropout = dropout,
                     .recurrent_gradient = recurrent_gradient,
                     .threads = pool.size(),
                     .all_streams = all_streams_},
      layers_(make_layers(model, embedding_, layers_config_)),
      output_(model, window * batch_size, use_),
      output_mask_(dropout, dropout.output, mask_shape(model.config(), layers_config_)),
      dropped_(output_mask_.exists() ? window * batch_size * hidden_row_length(model.config()) : 0),
      losses_(static_cast<std::size_t>(window * batch_size)) {
    if (dropout.input > 0)
        input_mask_.resize(static_cast<std::size_t>(model.config().vocabulary_size));
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
    layers_->begin(*pool_, key);
    output_.prepare(*pool_);
}

double TruncatedBackpropagation::run_streams(std::int64_t first, const TokenIds& inputs,
                                             const TokenIds& targets, RecurrentState& state,
                                             float* gradients, LikelySymbols* likely,
                                             const TaughtRows& taught,
                                             const Task<std::int64_t>* final_from) {
    check(inputs, targets, state);
    if (likely != nullptr) likely->make_room(targets.size(), model_->config().vocabulary_size);
    layers_->draw_masks(*pool_, key_, first);
    const auto top = static_cast<std::uint32_t>(model_->config().layers - 1);
    output_mask_.draw(*pool_, {key_.seed, RandomPurpose::dropout_output, top}, key_.number, first);
    const auto read = forward(inputs, state);
    const auto all = window_ * all_streams_;
    output_.backward(*pool_, read, all, {targets.data(), targets.size()}, losses_.data(),
                     layers_->grad_outputs(), gradients,
                     likely != nullptr ? LikelyRows(*likely, 0) : LikelyRows(), taught);
    backward(gradients, final_from);
    double sum = 0;
    for (const float loss : losses_) sum += double{loss};
    return sum / static_cast<double>(all);
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

OutputRows TruncatedBackpropagation::forward(const TokenIds& inputs, RecurrentState& state) {
    embedding_.look_up({inputs.data(), inputs.size()},
                       input_mask_.empty() ? nullptr : input_mask_.data());
    const float* read = layers_->forward(*pool_, {window_, batch_size_}, state);
    if (output_mask_.exists()) {
        output_mask_.apply(*pool_, read, dropped_.data());
        read = dropped_.data();
    }
    return {read, hidden_row_length(model_->config()), window_ * batch_size_};
}

void TruncatedBackpropagation::backward(float* gradients, const Task<std::int64_t>* final_from) {
    float* grad = layers_->grad_outputs();
    if (output_mask_.exists()) output_mask_.apply(*pool_, grad, grad);
    layers_->backward(*pool_, gradients, [&](std::int64_t layer) {
        if (final_from == nullptr) return;
        (*final_from)(layer == 0 ? 0 : model_->parameters().first_of_layer(layer));
    });
}

}  // namespace carousel
