#include "nn/truncated_backpropagation.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "tensor/matmul.hpp"

namespace carousel {

namespace {

// out = a * b on the whole team; `count` is a multiple of 16.
void multiply_in_pieces(ThreadPool& pool, float* out, const float* a, const float* b,
                        std::int64_t count) {
    constexpr std::int64_t k_piece = 16384;
    pool.for_each((count + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        kernels().multiply(out + first, a + first, b + first, std::min(k_piece, count - first));
    });
}

}  // namespace

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
    const auto gate_columns = padded(config.hidden_size) * cell_shape(config.cell).gates;
    const auto all = grad_hidden_.size();
    const auto masked = dropout.mask == DropoutMask::step ? all : grad_cell_.size();
    for (std::int64_t l = 0; l < config.layers; ++l) {
        layers_.emplace_back(config, window, batch_size);
        input_transposed_.emplace_back(padded(parameters.input_weight(l).shape[1]) * gate_columns);
        recurrent_transposed_.emplace_back(padded(config.hidden_size) * gate_columns);
        if (dropout.between > 0 && l + 1 < config.layers) {
            between_masks_.emplace_back(masked);
            dropped_.emplace_back(all);
        }
        if (dropout.recurrent > 0) {
            recurrent_masks_.emplace_back(parameters.recurrent_weight(l).stored);
            recurrent_dropped_.emplace_back(parameters.recurrent_weight(l).stored);
        }
    }
    if (dropout.input > 0) input_mask_.resize(static_cast<std::size_t>(config.vocabulary_size));
    if (dropout.output > 0) output_mask_ = Buffer(masked);
    if (dropout.output > 0 || sums_layers(config)) output_inputs_ = Buffer(all);
    if (sums_layers(config)) grad_output_inputs_ = Buffer(all);
    output_transposed_ = Buffer(padded(config.hidden_size) * padded(config.vocabulary_size));
}

double TruncatedBackpropagation::run(const TokenIds& inputs, const TokenIds& targets,
                                     RecurrentState& state, const WindowKey& key,
                                     float* gradients) {
    check(inputs, targets, state);
    draw_masks(key);
    drop_recurrent_weights();
    transpose_weights();
    forward(inputs, state);
    forward_output();
    const auto top = model_->config().layers - 1;
    const OutputRows rows{output_inputs_.size() > 0 ? output_inputs_.data() : outputs(top),
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
    const auto fill = [&](float* mask, std::int64_t count, float rate, RandomPurpose purpose,
                          std::size_t layer) {
        fill_dropout_mask(*pool_, mask, count, rate,
                          {key.seed, purpose, static_cast<std::uint32_t>(layer)}, key.number);
    };
    if (dropout_.input > 0) {
        fill(input_mask_.data(), model_->config().vocabulary_size, dropout_.input,
             RandomPurpose::dropout_input, 0);
    }
    for (std::size_t l = 0; l < between_masks_.size(); ++l) {
        fill(between_masks_[l].data(), between_masks_[l].size(), dropout_.between,
             RandomPurpose::dropout_between, l);
    }
    for (std::size_t l = 0; l < recurrent_masks_.size(); ++l) {
        fill(recurrent_masks_[l].data(), recurrent_masks_[l].size(), dropout_.recurrent,
             RandomPurpose::dropout_recurrent, l);
    }
    if (dropout_.output > 0) {
        fill(output_mask_.data(), output_mask_.size(), dropout_.output,
             RandomPurpose::dropout_output, layers_.size() - 1);
    }
}

void TruncatedBackpropagation::drop_recurrent_weights() {
    for (std::size_t l = 0; l < recurrent_masks_.size(); ++l) {
        const auto& p = model_->parameters().recurrent_weight(static_cast<std::int64_t>(l));
        multiply_in_pieces(*pool_, recurrent_dropped_[l].data(), model_->values(p),
                           recurrent_masks_[l].data(), p.stored);
    }
}

void TruncatedBackpropagation::transpose_weights() {
    const auto& parameters = model_->parameters();
    const auto transpose = [&](const float* weight, std::int64_t depth, std::int64_t panels,
                               Buffer& out) {
        pool_->run([&](int member) {
            const auto [first, last] = split_evenly(panels_for(depth), pool_->size(), member);
            kernels().transpose_panels(weight, panels, depth, out.data(), first, last);
        });
    };
    const auto& config = model_->config();
    const auto gate_panels = panels_for(config.hidden_size) * cell_shape(config.cell).gates;
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto at = static_cast<std::size_t>(l);
        const auto& input = parameters.input_weight(l);
        transpose(model_->values(input), input.shape[1], gate_panels, input_transposed_[at]);
        transpose(recurrent_weight(l), config.hidden_size, gate_panels, recurrent_transposed_[at]);
    }
    transpose(model_->values(parameters.output_weight()), config.hidden_size,
              panels_for(config.vocabulary_size), output_transposed_);
}

const float* TruncatedBackpropagation::outputs(std::int64_t layer) const {
    return layers_[static_cast<std::size_t>(layer)].hidden.data() +
           grad_cell_.size();  // from slot 1
}

const float* TruncatedBackpropagation::inputs_of(std::int64_t layer) const {
    return dropped_.empty() ? outputs(layer - 1)
                            : dropped_[static_cast<std::size_t>(layer - 1)].data();
}

const float* TruncatedBackpropagation::recurrent_weight(std::int64_t layer) const {
    if (!recurrent_dropped_.empty())
        return recurrent_dropped_[static_cast<std::size_t>(layer)].data();
    return model_->values(model_->parameters().recurrent_weight(layer));
}

void TruncatedBackpropagation::apply_mask(const Buffer& mask, const float* in, float* out) {
    const auto slab = grad_cell_.size();
    const auto step = mask.size() > slab ? slab : 0;
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(window_, pool_->size(), member);
        for (auto t = first; t < last; ++t) {
            kernels().multiply(out + t * slab, in + t * slab, mask.data() + t * step, slab);
        }
    });
}

void TruncatedBackpropagation::add(const float* in, float* out) {
    const auto slab = grad_cell_.size();
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(window_, pool_->size(), member);
        kernels().add(out + first * slab, in + first * slab, (last - first) * slab);
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
        forward_layer(*pool_, *model_, l, layer, l > 0 ? inputs_of(l) : nullptr,
                      recurrent_weight(l));
        store_state(layer, l, state);
        if (at < dropped_.size()) apply_mask(between_masks_[at], outputs(l), dropped_[at].data());
    }
}

void TruncatedBackpropagation::forward_output() {
    if (output_inputs_.size() == 0) return;
    const auto top = model_->config().layers - 1;
    const float* source = outputs(top);
    if (sums_layers(model_->config())) {
        std::memcpy(output_inputs_.data(), outputs(0),
                    static_cast<std::size_t>(output_inputs_.size()) * sizeof(float));
        for (std::int64_t l = 1; l <= top; ++l) add(outputs(l), output_inputs_.data());
        source = output_inputs_.data();
    }
    if (output_mask_.size() > 0) apply_mask(output_mask_, source, output_inputs_.data());
}

void TruncatedBackpropagation::mask_recurrent_gradient(std::int64_t layer, float* gradients) {
    if (recurrent_masks_.empty()) return;
    const auto& p = model_->parameters().recurrent_weight(layer);
    float* gradient = gradients + p.offset;
    multiply_in_pieces(*pool_, gradient, gradient,
                       recurrent_masks_[static_cast<std::size_t>(layer)].data(), p.stored);
}

void TruncatedBackpropagation::backward(float* gradients) {
    const auto& config = model_->config();
    const auto& parameters = model_->parameters();
    const auto rows = window_ * batch_size_;
    const auto gate_panels = panels_for(config.hidden_size) * cell_shape(config.cell).gates;
    if (output_mask_.size() > 0) apply_mask(output_mask_, grad_hidden_.data(), grad_hidden_.data());
    const bool sums = grad_output_inputs_.size() > 0;
    if (sums) {
        std::memcpy(grad_output_inputs_.data(), grad_hidden_.data(),
                    static_cast<std::size_t>(grad_hidden_.size()) * sizeof(float));
    }
    for (auto l = config.layers - 1; l >= 0; --l) {
        const auto at = static_cast<std::size_t>(l);
        const auto layer = layer_window(config, layers_[at], window_, batch_size_);
        if (at < dropped_.size())
            apply_mask(between_masks_[at], grad_hidden_.data(), grad_hidden_.data());
        if (sums && l + 1 < config.layers) add(grad_output_inputs_.data(), grad_hidden_.data());
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
            mask_recurrent_gradient(l, gradients);
            table_.backward(*pool_, layer.gates, layer.gates_row,
                            input_mask_.empty() ? nullptr : input_mask_.data(),
                            input_transposed_[at].data(), gradients);
            continue;
        }
        const std::array targets{GradientTarget{inputs_of(l), layer.state_row, config.hidden_size,
                                                gradients + parameters.input_weight(l).offset},
                                 recurrent};
        gradient.targets = targets;
        gradient.bias = gradients + parameters.bias(l).offset;
        weight_gradient(*pool_, gradient);
        mask_recurrent_gradient(l, gradients);
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
