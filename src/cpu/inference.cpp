#include "cpu/inference.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace carousel {

namespace {

constexpr std::int64_t k_rows_in_cache =
    256;  // rows of a window: its gates stay in the L2 or L3 cache
constexpr std::int64_t k_whole_table =
    1 << 22;  // floats of the table of all symbols, if that is small

bool table_is_small(const LanguageModelConfig& config) {
    return config.vocabulary_size * gates_row_length(config) <= k_whole_table;
}

}  // namespace

Inference::Inference(const LanguageModel& model, ThreadPool& pool, std::int64_t batch_size,
                     Precision precision)
    : model_(&model),
      pool_(&pool),
      batch_size_(batch_size),
      window_(std::max<std::int64_t>(1, k_rows_in_cache / batch_size)),
      whole_table_(table_is_small(model.config())),
      table_(model,
             whole_table_ ? std::max(model.config().vocabulary_size, window_ * batch_size)
                          : window_ * batch_size,
             false),
      buffers_(model.config(), window_, batch_size),
      mogrifiers_(mogrifiers(model, window_, batch_size, Mogrifier::Use::inference)),
      lower_outputs_(buffers_.outputs().size()),
      lower_states_(cell_shape(model.config().cell).reads_below ? buffers_.states.size() : 0),
      summed_(sums_layers(model.config()) ? lower_outputs_.size() : 0),
      output_(model, window_ * batch_size),
      logits_(batch_size * leading_dimension(model.config().vocabulary_size)) {
    if (precision == Precision::int8) quantized_.emplace(model);
    if (!whole_table_) return;
    std::vector<TokenId> all(static_cast<std::size_t>(model.config().vocabulary_size));
    std::iota(all.begin(), all.end(), TokenId{0});
    table_.compute(pool, all, nullptr);
}

void Inference::check(const TokenIds& ids, const RecurrentState& state) const {
    const auto& config = model_->config();
    const auto batch = static_cast<std::size_t>(batch_size_);
    if (ids.shape(0) < 1 || ids.shape(1) != batch || !state.fits(config, batch_size_)) {
        throw std::logic_error("inference was called with ids or a state of another shape");
    }
    for (const auto id : ids) {
        if (id >= config.vocabulary_size)
            throw std::logic_error("inference was called with an id outside the vocabulary");
    }
}

OutputRows Inference::forward(std::span<const TokenId> ids, RecurrentState& state) {
    const auto& config = model_->config();
    const auto window = static_cast<std::int64_t>(ids.size()) / batch_size_;
    if (whole_table_) {
        table_.locate(ids);
    } else {
        table_.compute(*pool_, ids, nullptr);
    }
    auto layer = layer_window(config, buffers_, window, batch_size_);
    if (mogrifiers_.empty()) layer.start = table_.rows();
    const float* inputs = nullptr;
    for (std::int64_t l = 0; l < config.layers; ++l) {
        load_state(state, l, layer);
        if (!mogrifiers_.empty()) {
            layer.mogrifier = &mogrifiers_[static_cast<std::size_t>(l)];
            layer.inputs =
                l == 0 ? table_.embeddings() : GatheredRows{inputs, layer.hidden_row, nullptr};
        }
        if (quantized_) {
            quantized_->forward_layer(*model_, l, layer, inputs);
        } else {
            forward_layer(*pool_, *model_, l, layer, inputs, recurrent_weights_of(*model_, l));
        }
        store_state(layer, l, state);
        if (summed_.size() > 0) add_to_sum(layer, l);
        inputs = layer.outputs();
        std::swap(buffers_.outputs(), lower_outputs_);  // the next layer reads them
        const float* states_below = nullptr;
        if (layer.shape().reads_below) {
            states_below = layer.states;
            std::swap(buffers_.states, lower_states_);
        }
        layer = layer_window(config, buffers_, window, batch_size_);
        layer.states_below = states_below;
    }
    return {summed_.size() > 0 ? summed_.data() : inputs, layer.hidden_row, window * batch_size_};
}

void Inference::add_to_sum(const LayerWindow& layer, std::int64_t layer_index) {
    const auto count = layer.window * layer.batch_size * layer.hidden_row;
    if (layer_index == 0) {
        std::copy_n(layer.outputs(), count, summed_.data());
    } else {
        kernels().add(summed_.data(), layer.outputs(), count);
    }
}

void Inference::advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) {
    check(ids, state);
    const auto steps = static_cast<std::int64_t>(ids.shape(0));
    const auto v = model_->config().vocabulary_size;
    for (std::int64_t t = 0; t < steps; t += window_) {
        const auto count = std::min(window_, steps - t);
        auto rows = forward(
            {ids.data() + t * batch_size_, static_cast<std::size_t>(count * batch_size_)}, state);
        if (t + count < steps) continue;
        rows.hidden += (count - 1) * batch_size_ * rows.row;
        rows.count = batch_size_;
        const auto row = leading_dimension(v);
        compute_logits(rows, logits_.data(), row);
        logits.resize({static_cast<std::size_t>(batch_size_), static_cast<std::size_t>(v)});
        for (std::int64_t b = 0; b < batch_size_; ++b) {
            std::copy_n(logits_.data() + b * row, v, logits.data() + b * v);
        }
    }
}

void Inference::compute_logits(const OutputRows& rows, float* logits, std::ptrdiff_t row) {
    if (quantized_) {
        quantized_->logits(*model_, rows.hidden, rows.row, rows.count, logits, row);
    } else {
        output_.logits(*pool_, rows, logits, row);
    }
}

void Inference::compute_losses(const OutputRows& rows, std::span<const TokenId> targets,
                               float* losses) {
    if (!quantized_) return output_.losses(*pool_, rows, targets, losses);
    const auto v = model_->config().vocabulary_size;
    for (std::int64_t r = 0; r < rows.count; ++r) {
        compute_logits({rows.hidden + r * rows.row, rows.row, 1}, logits_.data(),
                       leading_dimension(v));
        losses[r] = kernels().softmax_cross_entropy(
            {logits_.data(), v, targets[static_cast<std::size_t>(r)], 0.0F});
    }
}

void Inference::surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                           Tensor<2>& surprisals) {
    check(inputs, state);
    check(targets, state);
    if (inputs.shape() != targets.shape())
        throw std::logic_error("inputs and targets differ in shape");
    surprisals.resize({inputs.shape(0), inputs.shape(1)});
    const auto steps = static_cast<std::int64_t>(inputs.shape(0));
    for (std::int64_t t = 0; t < steps; t += window_) {
        const auto first = t * batch_size_;
        const auto count = static_cast<std::size_t>(std::min(window_, steps - t) * batch_size_);
        const auto rows = forward({inputs.data() + first, count}, state);
        compute_losses(rows, {targets.data() + first, count}, surprisals.data() + first);
    }
}

}  // namespace carousel
