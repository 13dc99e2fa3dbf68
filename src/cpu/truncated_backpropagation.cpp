#include "cpu/truncated_backpropagation.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "cpu/dropout.hpp"
#include "cpu/gate_products.hpp"
#include "cpu/weight_gradients.hpp"

namespace carousel {

TruncatedBackpropagation::TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool,
                                                   std::int64_t window, std::int64_t batch_size,
                                                   const DropoutRates& dropout,
                                                   RecurrentGradient recurrent_gradient)
    : model_(&model),
      pool_(&pool),
      window_(window),
      batch_size_(batch_size),
      slab_(batch_size * hidden_row_length(model.config())),
      dropout_(dropout),
      recurrent_gradient_(recurrent_gradient),
      table_(model, window * batch_size, true),
      mogrifiers_(mogrifiers(model, window, batch_size, Mogrifier::Use::training)),
      output_(model, window * batch_size),
      attention_(model.config(), window, batch_size),
      grad_hidden_(window * slab_),
      grad_states_(batch_size * states_row_length(model.config())),
      losses_(static_cast<std::size_t>(window * batch_size)) {
    const auto& config = model.config();
    const auto& parameters = model.parameters();
    const auto& cell = cell_shape(config.cell);
    const auto units = padded(config.hidden_size);
    const auto all = grad_hidden_.size();
    const auto masked = dropout.mask == DropoutMask::step ? all : slab_;
    if (cell.mixed.count > 0) grad_mixed_ = Buffer(slab_);
    if (cell.two_outputs) grad_recurrent_ = Buffer(all);
    if (cell.reads_below) grad_depth_ = Buffer(window * grad_states_.size());
    grad_diagonal_ = Buffer(batch_size * units * cell.diagonals);
    grad_gain_ = Buffer(batch_size * units * gain_count(cell));
    for (std::int64_t l = 0; l < config.layers; ++l) {
        layers_.emplace_back(config, window, batch_size,
                             l == 0 ? LayerInput::symbols : LayerInput::vectors);
        const auto inputs = parameters.layer(l).input_weight->shape[1];
        input_transposed_.emplace_back(padded(inputs) * units * cell.input.count);
        step_matrices_.emplace_back(model, l, dropout.recurrent > 0);
        if (dropout.between > 0 && l + 1 < config.layers) {
            between_masks_.emplace_back(masked);
            dropped_.emplace_back(all);
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
    prepare_weights();
    forward(inputs, state);
    forward_output();
    const auto top = model_->config().layers - 1;
    const OutputRows rows{output_inputs_.size() > 0 ? output_inputs_.data() : outputs(top),
                          hidden_row_length(model_->config()), window_ * batch_size_};
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
    if (inputs.shape() != ids || targets.shape() != ids || !state.fits(config, batch_size_)) {
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
    for (auto& matrices : step_matrices_)
        matrices.draw_masks(*pool_, dropout_.recurrent, key.seed, key.number);
    if (dropout_.output > 0) {
        fill(output_mask_.data(), output_mask_.size(), dropout_.output,
             RandomPurpose::dropout_output, layers_.size() - 1);
    }
}

void TruncatedBackpropagation::prepare_weights() {
    const auto& config = model_->config();
    const auto& parameters = model_->parameters();
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto at = static_cast<std::size_t>(l);
        const auto& input = *parameters.layer(l).input_weight;
        transpose(*pool_, model_->values(input), input.shape[1],
                  panels_for(config.hidden_size) * cell_shape(config.cell).input.count,
                  input_transposed_[at]);
        step_matrices_[at].prepare(*pool_);
        if (!mogrifiers_.empty()) mogrifiers_[at].prepare(*pool_, input_transposed_[at].data());
    }
    transpose(*pool_, model_->values(parameters.output_weight()), config.hidden_size,
              panels_for(config.vocabulary_size), output_transposed_);
}

LayerWindow TruncatedBackpropagation::layer_of(std::int64_t layer) {
    const auto at = static_cast<std::size_t>(layer);
    auto window = layer_window(model_->config(), layers_[at], window_, batch_size_);
    if (layer > 0) window.states_below = layers_[at - 1].states.data();
    if (!mogrifiers_.empty()) {
        window.mogrifier = &mogrifiers_[at];
        window.inputs = layer == 0 ? table_.embeddings()
                                   : GatheredRows{inputs_of(layer), window.hidden_row, nullptr};
    } else if (layer == 0) {
        window.start = table_.rows();
    }
    return window;
}

const float* TruncatedBackpropagation::outputs(std::int64_t layer) const {
    const auto& buffers = layers_[static_cast<std::size_t>(layer)];
    return buffers.output.size() > 0 ? buffers.output.data() : buffers.hidden.data() + slab_;
}

const float* TruncatedBackpropagation::inputs_of(std::int64_t layer) const {
    return dropped_.empty() ? outputs(layer - 1)
                            : dropped_[static_cast<std::size_t>(layer - 1)].data();
}

void TruncatedBackpropagation::apply_mask(const Buffer& mask, const float* in, float* out) {
    const auto step = mask.size() > slab_ ? slab_ : 0;
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(window_, pool_->size(), member);
        for (auto t = first; t < last; ++t) {
            kernels().multiply(out + t * slab_, in + t * slab_, mask.data() + t * step, slab_);
        }
    });
}

void TruncatedBackpropagation::add(const float* in, float* out) {
    pool_->run([&](int member) {
        const auto [first, last] = split_evenly(window_, pool_->size(), member);
        kernels().add(out + first * slab_, in + first * slab_, (last - first) * slab_);
    });
}

void TruncatedBackpropagation::forward(const TokenIds& inputs, RecurrentState& state) {
    const auto& config = model_->config();
    table_.compute(*pool_, {inputs.data(), inputs.size()},
                   input_mask_.empty() ? nullptr : input_mask_.data());
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto at = static_cast<std::size_t>(l);
        const auto layer = layer_of(l);
        load_state(state, l, layer);
        forward_layer(*pool_, *model_, l, layer, l > 0 ? inputs_of(l) : nullptr,
                      step_matrices_[at].weights());
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

void TruncatedBackpropagation::backward(float* gradients) {
    const auto& config = model_->config();
    if (output_mask_.size() > 0) apply_mask(output_mask_, grad_hidden_.data(), grad_hidden_.data());
    const bool sums = grad_output_inputs_.size() > 0;
    if (sums) {
        std::memcpy(grad_output_inputs_.data(), grad_hidden_.data(),
                    static_cast<std::size_t>(grad_hidden_.size()) * sizeof(float));
    }
    std::fill_n(grad_depth_.data(), grad_depth_.size(), 0.0F);  // nothing reads the top's states
    for (auto l = config.layers - 1; l >= 0; --l) {
        const auto at = static_cast<std::size_t>(l);
        const auto layer = layer_of(l);
        if (at < dropped_.size())
            apply_mask(between_masks_[at], grad_hidden_.data(), grad_hidden_.data());
        if (sums && l + 1 < config.layers) add(grad_output_inputs_.data(), grad_hidden_.data());
        for (auto* none : {&grad_states_, &grad_diagonal_, &grad_gain_, &grad_recurrent_})
            std::fill_n(none->data(), none->size(), 0.0F);
        if (layer.shape().attention_span > 0)
            attention_.run(*pool_, *model_, l, layer, grad_hidden_.data(), gradients);
        const bool two_outputs = layer.shape().two_outputs;
        backward_steps(*pool_, step_matrices_[at].transposed(), layer,
                       {.hidden = two_outputs ? grad_recurrent_.data() : grad_hidden_.data(),
                        .states = grad_states_.data(),
                        .depth = grad_depth_.data(),
                        .output = two_outputs ? grad_hidden_.data() : nullptr,
                        .mixed = grad_mixed_.data(),
                        .diagonal = grad_diagonal_.data(),
                        .diagonal_row = grad_diagonal_.size() / batch_size_,
                        .gain = gain_gradients(),
                        .truncated = recurrent_gradient_ == RecurrentGradient::states});
        backward_weights(l, layer, gradients);
        step_matrices_[at].mask_gradients(*pool_, gradients);
    }
}

// The gradients of a layer's gates have reached all steps: those of its weights, and of what it
// read, are products over the whole window.
void TruncatedBackpropagation::backward_weights(std::int64_t l, const LayerWindow& layer,
                                                float* gradients) {
    const float* input_mask = input_mask_.empty() ? nullptr : input_mask_.data();
    if (layer.mogrifier != nullptr) {
        layer.mogrifier->backward_weights(*pool_, layer, gradients);
        if (l > 0) return;
        table_.backward_embeddings(*pool_, layer.mogrifier->grad_inputs(), input_mask, gradients);
        return;
    }
    const auto parameters = model_->parameters().layer(l);
    const float* transposed = input_transposed_[static_cast<std::size_t>(l)].data();
    if (l == 0) {
        recurrent_weight_gradients(*pool_, layer, parameters, LayerInput::symbols, gradients);
        table_.backward(*pool_, layer.gates, layer.gates_row, input_mask, transposed,
                        gain_gradients(), gradients);
    } else {
        const Rows inputs{inputs_of(l), layer.hidden_row, layer.hidden_size, window_ * batch_size_};
        recurrent_weight_gradients(*pool_, layer, parameters, LayerInput::vectors, gradients);
        input_weight_gradients(*pool_, layer, parameters, inputs, gradients);
        return_to_inputs(*pool_, input_columns(layer), transposed, grad_hidden_.data(), inputs);
    }
    if (parameters.diagonal != nullptr) sum_shares(*parameters.diagonal, grad_diagonal_, gradients);
    if (parameters.gain != nullptr) sum_shares(*parameters.gain, grad_gain_, gradients);
}

GainGradients TruncatedBackpropagation::gain_gradients() {
    return {grad_gain_.data(), grad_gain_.size() / batch_size_, batch_size_};
}

// The streams' shares, in their order.
void TruncatedBackpropagation::sum_shares(const Parameter& parameter, const Buffer& shares,
                                          float* gradients) {
    float* sum = gradients + parameter.offset;
    std::fill_n(sum, parameter.stored, 0.0F);
    for (std::int64_t b = 0; b < batch_size_; ++b)
        kernels().add(sum, shares.data() + b * parameter.stored, parameter.stored);
}

}  // namespace carousel
