#include "nn/truncated_backpropagation.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "tensor/matmul.hpp"

namespace carousel {

TruncatedBackpropagation::TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool,
                                                   std::int64_t window, std::int64_t batch_size,
                                                   const DropoutRates& dropout)
    : model_(&model),
      pool_(&pool),
      window_(window),
      batch_size_(batch_size),
      dropout_(dropout),
      table_(model, window * batch_size, true),
      output_(model, window * batch_size),
      grad_hidden_(window * batch_size * state_row_length(model.config())),
      grad_cell_(batch_size * state_row_length(model.config())),
      losses_(static_cast<std::size_t>(window * batch_size)) {
    const auto& config = model.config();
    const auto& parameters = model.parameters();
    const auto gate_columns = padded(config.hidden_size) * gate_count(config.cell);
    for (std::int64_t l = 0; l < config.layers; ++l) {
        layers_.emplace_back(config, window, batch_size);
        const bool top = l + 1 == config.layers;
        const bool drops = (top ? dropout.output : dropout.between) > 0;
        dropped_.push_back(drops ? Buffer(grad_hidden_.size()) : Buffer());
        masks_.push_back(drops ? Buffer(grad_cell_.size()) : Buffer());
        input_transposed_.emplace_back(padded(parameters.input_weight(l).shape[1]) * gate_columns);
        recurrent_transposed_.emplace_back(padded(config.hidden_size) * gate_columns);
    }
    if (dropout.input > 0) input_mask_.resize(static_cast<std::size_t>(config.vocabulary_size));
    output_transposed_ = Buffer(padded(config.hidden_size) * padded(config.vocabulary_size));
}

double TruncatedBackpropagation::run(const TokenIds& inputs, const TokenIds& targets,
                                     RecurrentState& state, const WindowKey& key,
                                     float* gradients) {
    check(inputs, targets, state);
    draw_masks(key);
    transpose_weights();
    forward(inputs, state);
    const OutputRows rows{layer_outputs(model_->config().layers - 1),
                          state_row_length(model_->config()), window_ * batch_size_};
    output_.backward(*pool_, rows, {targets.data(), targets.size()}, output_transposed_.data(),
                     losses_.data(), grad_hidden_.data(), gradients);
    backward(gradients);
    double sum = 0;
    for (const float loss : losses_) sum += double{loss};
    return sum / static_cast<double>(losses_.size());
}

void TruncatedBackpropagation::check(const TokenIds& inputs, const TokenIds& targets,
                                     const RecurrentState& state) const {
    const auto& config = model_->config();
    const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    const TokenIds::shape_type ids{size(window_), size(batch_size_)};
    const Tensor<3>::shape_type states{size(config.layers), size(batch_size_),
                                       size(config.hidden_size)};
    if (inputs.shape() != ids || targets.shape() != ids || state.hidden.shape() != states ||
        state.cell.shape() != states) {
        throw std::logic_error("a training window has another shape than its buffers");
    }
    const auto known = [&](TokenId id) { return id < config.vocabulary_size; };
    if (!std::all_of(inputs.begin(), inputs.end(), known) ||
        !std::all_of(targets.begin(), targets.end(), known)) {
        throw std::logic_error("a training window has an id outside the vocabulary");
    }
}

void TruncatedBackpropagation::draw_masks(const WindowKey& key) {
    const auto& config = model_->config();
    if (dropout_.input > 0) {
        fill_dropout_mask(input_mask_.data(), config.vocabulary_size, dropout_.input,
                          {key.seed, RandomPurpose::dropout_input, 0}, key.number);
    }
    const auto row = state_row_length(config);
    for (std::uint32_t l = 0; l < masks_.size(); ++l) {
        if (masks_[l].size() == 0) continue;
        const bool top = l + 1 == masks_.size();
        const RandomKey draws{
            key.seed, top ? RandomPurpose::dropout_output : RandomPurpose::dropout_between, l};
        fill_dropout_mask(masks_[l].data(), batch_size_ * row,
                          top ? dropout_.output : dropout_.between, draws, key.number);
    }
}

void TruncatedBackpropagation::transpose_weights() {
    const auto& parameters = model_->parameters();
    const auto transpose = [&](const Parameter& p, std::int64_t panels, Buffer& out) {
        const auto depth = p.shape[1];
        pool_->run([&](int member) {
            const auto [first, last] = split_evenly(panels_for(depth), pool_->size(), member);
            kernels().transpose_panels(model_->values(p), panels, depth, out.data(), first, last);
        });
    };
    const auto& config = model_->config();
    const auto gate_panels = panels_for(config.hidden_size) * gate_count(config.cell);
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto at = static_cast<std::size_t>(l);
        transpose(parameters.input_weight(l), gate_panels, input_transposed_[at]);
        transpose(parameters.recurrent_weight(l), gate_panels, recurrent_transposed_[at]);
    }
    transpose(parameters.output_weight(), panels_for(config.vocabulary_size), output_transposed_);
}

const float* TruncatedBackpropagation::layer_outputs(std::int64_t layer) const {
    const auto at = static_cast<std::size_t>(layer);
    if (dropped_[at].size() > 0) return dropped_[at].data();
    return layers_[at].hidden.data() +
           batch_size_ * state_row_length(model_->config());  // slots 1 to T
}

void TruncatedBackpropagation::apply_mask(const Buffer& mask, const float* in, float* out) {
    const auto slab = mask.size();
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(window_, pool_->size(), member);
        for (auto t = first; t < last; ++t)
            kernels().multiply(out + t * slab, in + t * slab, mask.data(), slab);
    });
}

void TruncatedBackpropagation::forward(const TokenIds& inputs, RecurrentState& state) {
    const auto& config = model_->config();
    table_.compute(*pool_, {inputs.data(), inputs.size()},
                   input_mask_.empty() ? nullptr : input_mask_.data());
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto at = static_cast<std::size_t>(l);
        auto layer = layer_window(config, layers_[at], window_, batch_size_);
        if (l == 0) layer.start = table_.rows();
        load_state(state, l, layer);
        forward_layer(*pool_, *model_, l, layer, l > 0 ? layer_outputs(l - 1) : nullptr);
        store_state(layer, l, state);
        if (masks_[at].size() > 0)
            apply_mask(masks_[at], layer.hidden + layer.state_offset(1), dropped_[at].data());
    }
}

void TruncatedBackpropagation::backward(float* gradients) {
    const auto& config = model_->config();
    const auto& parameters = model_->parameters();
    const auto rows = window_ * batch_size_;
    const auto gate_panels = panels_for(config.hidden_size) * gate_count(config.cell);
    for (auto l = config.layers - 1; l >= 0; --l) {
        const auto at = static_cast<std::size_t>(l);
        const auto layer = layer_window(config, layers_[at], window_, batch_size_);
        if (masks_[at].size() > 0) apply_mask(masks_[at], grad_hidden_.data(), grad_hidden_.data());
        std::memset(grad_cell_.data(), 0,
                    static_cast<std::size_t>(grad_cell_.size()) * sizeof(float));
        backward_steps(*pool_, recurrent_transposed_[at].data(), layer, grad_hidden_.data(),
                       grad_cell_.data());

        // h(t-1) for t = 0 .. T-1 are the slots 0 .. T-1: the gradient of U is one product over the
        // window.
        const GradientTarget recurrent{layer.hidden, layer.state_row, config.hidden_size,
                                       gradients + parameters.recurrent_weight(l).offset};
        WeightGradient gradient{.grad_outputs = layer.gates,
                                .grad_row = layer.gates_row,
                                .rows = rows,
                                .panels = gate_panels,
                                .targets = {&recurrent, 1}};
        if (l == 0) {
            weight_gradient(*pool_, gradient);
            table_.backward(*pool_, layer.gates, layer.gates_row,
                            input_mask_.empty() ? nullptr : input_mask_.data(),
                            input_transposed_[at].data(), gradients);
            continue;
        }
        const std::array targets{
            GradientTarget{layer_outputs(l - 1), layer.state_row, config.hidden_size,
                           gradients + parameters.input_weight(l).offset},
            recurrent};
        gradient.targets = targets;
        gradient.bias = gradients + parameters.bias(l).offset;
        weight_gradient(*pool_, gradient);
        multiply(*pool_, {.a = layer.gates,
                          .a_row = layer.gates_row,
                          .a_depth = 1,
                          .w = input_transposed_[at].data(),
                          .w_panel = gate_panels * k_panel * k_panel,
                          .c = grad_hidden_.data(),
                          .c_row = layer.state_row,
                          .c_panel = k_panel,
                          .rows = rows,
                          .panels = panels_for(config.hidden_size),
                          .depth = gate_panels * k_panel});
    }
}

}  // namespace carousel
