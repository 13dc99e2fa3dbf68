#include "cpu/transformer_layer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cpu/matmul.hpp"
#include "kernels/kernels.hpp"
#include "model/transformer.hpp"

namespace carousel {

namespace {

std::ptrdiff_t wide_row_length(const LanguageModelConfig& model) {
    return leading_dimension(k_feedforward_width * model.hidden_size);
}

// Rows that a layer gives gradients of: none where it only reads.
std::int64_t rows_going_back(const LayersConfig& config) {
    return config.use.trains ? config.limits.positions : 0;
}

// Calls work(first, last) for each member's share of `count` positions.
template <typename Work>
void in_shares(ThreadPool& pool, std::int64_t count, Work work) {
    pool.run([&](int member) {
        const auto some = split_evenly(count, pool.size(), member);
        if (some.size() > 0) work(some.begin, some.end);
    });
}

}  // namespace

TransformerActivations::TransformerActivations(const LanguageModelConfig& model,
                                               const HeadShape& shape, const WindowLimits& limits)
    : attention_inputs(limits.positions, hidden_row_length(model)),
      feedforward_inputs(limits.positions, hidden_row_length(model)),
      heads(shape, limits),
      attended(limits.positions * hidden_row_length(model)),
      wide(limits.positions * wide_row_length(model)),
      activated(wide.size()) {}

TransformerRoom::TransformerRoom(const LanguageModelConfig& model, HeadShape& shape,
                                 const LayersConfig& config)
    : shape(shape),
      attention(shape, config.limits, config.threads, config.use.trains),
      cosines(config.limits.positions * (head_size(model) / 2)),
      sines(cosines.size()),
      queries(config.limits.positions * hidden_row_length(model)),
      keys(queries.size()),
      values(queries.size()),
      added(config.use.trains ? queries.size() : 0),
      grad_inputs(added.size()),
      grad_wide(config.use.trains ? config.limits.positions * wide_row_length(model) : 0) {}

TransformerLayer::TransformerLayer(const LanguageModel& model, std::int64_t index,
                                   const LayersConfig& config, TransformerActivations& kept,
                                   TransformerRoom& room)
    : TransformerLayer(model, model.parameters().layer(index), index, config, kept, room) {}

TransformerLayer::TransformerLayer(const LanguageModel& model, const LayerParameters& p,
                                   std::int64_t index, const LayersConfig& config,
                                   TransformerActivations& kept, TransformerRoom& room)
    : index_(index),
      row_(hidden_row_length(model.config())),
      wide_row_(wide_row_length(model.config())),
      // By IEEE operations only.
      score_scale_(1.0F / std::sqrt(static_cast<float>(head_size(model.config())))),
      attention_norm_(model, *p.attention_gain, rows_going_back(config)),
      feedforward_norm_(model, *p.feedforward_gain, rows_going_back(config)),
      query_(model, *p.query, config.use),
      key_(model, *p.key, config.use),
      value_(model, *p.value, config.use),
      merge_(model, *p.merge, config.use),
      up_(model, *p.up, config.use),
      down_(model, *p.down, config.use),
      attention_mask_(config.dropout, config.dropout.between, mask_shape(model.config(), config)),
      feedforward_mask_(config.dropout, config.dropout.between, mask_shape(model.config(), config)),
      kept_(&kept),
      room_(&room) {}

void TransformerLayer::prepare(ThreadPool& pool) {
    for (auto* matrix : {&query_, &key_, &value_, &merge_, &up_, &down_}) matrix->prepare(pool);
}

void TransformerLayer::draw_masks(ThreadPool& pool, const WindowKey& key,
                                  std::int64_t first_stream) {
    auto stream = static_cast<std::uint32_t>(2 * index_);
    for (auto* mask : {&attention_mask_, &feedforward_mask_})
        mask->draw(pool, {key.seed, RandomPurpose::dropout_between, stream++}, key.number,
                   first_stream);
}

MatrixRows TransformerLayer::rows(const Vectors& in, float* out, std::ptrdiff_t out_row) const {
    return {.in = in.values,
            .in_row = in.row,
            .out = out,
            .out_row = out_row,
            .rows = room_->shape.positions()};
}

void TransformerLayer::forward(ThreadPool& pool, float* x, RecurrentState& state) {
    auto& kept = *kept_;
    const auto count = room_->shape.positions();
    attention_norm_.forward(pool, x, kept.attention_inputs, count);
    attend(pool, state);
    add_product(pool, merge_, {kept.attended.data(), row_}, attention_mask_, x);

    feedforward_norm_.forward(pool, x, kept.feedforward_inputs, count);
    up_.multiply(pool,
                 rows({kept.feedforward_inputs.outputs.data(), row_}, kept.wide.data(), wide_row_));
    in_shares(pool, count, [&](std::int64_t first, std::int64_t last) {
        kernels().gelu(kept.wide.data() + first * wide_row_,
                       kept.activated.data() + first * wide_row_, (last - first) * wide_row_);
    });
    add_product(pool, down_, {kept.activated.data(), wide_row_}, feedforward_mask_, x);
}

// From the normalized vectors to the outputs of all heads.
void TransformerLayer::attend(ThreadPool& pool, RecurrentState& state) {
    auto& kept = *kept_;
    const Vectors in{kept.attention_inputs.outputs.data(), row_};
    query_.multiply(pool, rows(in, room_->queries.data(), row_));
    key_.multiply(pool, rows(in, room_->keys.data(), row_));
    value_.multiply(pool, rows(in, room_->values.data(), row_));
    pool.for_each(room_->shape.streams(), [&](std::int64_t b) {
        kept.heads.keys.load(b, slots(state, b), 0);
        kept.heads.values.load(b, slots(state, b), 1);
    });
    // Queries and keys are turned by their positions.
    const auto size = room_->shape.size(), streams = room_->shape.streams();
    for_each_head(pool, [&](std::int64_t t, std::int64_t b, std::int64_t h, std::int64_t at) {
        float *const query = room_->queries.data() + at, *const key = room_->keys.data() + at;
        rotate(query, size, rotation(t * streams + b, 1, score_scale_));
        rotate(key, size, rotation(t * streams + b, 1, 1));
        kept.heads.queries.put(t, b, h, query);
        kept.heads.keys.put(t, b, h, key);
        kept.heads.values.put(t, b, h, room_->values.data() + at);
    });
    room_->attention.forward(pool, kept.heads);
    pool.for_each(room_->shape.streams(), [&](std::int64_t b) {
        kept.heads.keys.store(b, slots(state, b), 0);
        kept.heads.values.store(b, slots(state, b), 1);
    });
    for_each_head(pool, [&](std::int64_t t, std::int64_t b, std::int64_t h, std::int64_t at) {
        room_->attention.outputs().get(t, b, h, kept.attended.data() + at);
    });
}

// Calls visit(t, b, head, where it is in rows) for all heads of all positions.
template <typename Visit>
void TransformerLayer::for_each_head(ThreadPool& pool, Visit visit) const {
    const auto& shape = room_->shape;
    in_shares(pool, shape.positions(), [&](std::int64_t first, std::int64_t last) {
        for (auto i = first; i < last; ++i) {
            for (std::int64_t h = 0; h < shape.heads(); ++h)
                visit(i / shape.streams(), i % shape.streams(), h, i * row_ + h * shape.size());
        }
    });
}

float* TransformerLayer::slots(RecurrentState& state, std::int64_t b) const {
    return state.hidden.data() +
           (index_ * room_->shape.streams() + b) * static_cast<std::int64_t>(state.hidden.shape(2));
}

Rotation TransformerLayer::rotation(std::int64_t position, float sign, float scale) const {
    const auto pairs = room_->shape.size() / 2;
    return {.cosines = room_->cosines.data() + position * pairs,
            .sines = room_->sines.data() + position * pairs,
            .pairs = pairs,
            .sign = sign,
            .scale = scale};
}

// x += mask · W in
void TransformerLayer::add_product(ThreadPool& pool, const WeightMatrix& matrix, const Vectors& in,
                                   const ActivationMask& mask, float* x) {
    if (!mask.exists()) {
        auto sum = rows(in, x, row_);
        sum.accumulate = true;
        return matrix.multiply(pool, sum);
    }
    float* const added = room_->added.data();
    matrix.multiply(pool, rows(in, added, row_));
    mask.apply(pool, added, added);
    in_shares(pool, room_->shape.positions(), [&](std::int64_t first, std::int64_t last) {
        kernels().add(x + first * row_, added + first * row_, (last - first) * row_);
    });
}

const float* TransformerLayer::masked(ThreadPool& pool, const ActivationMask& mask,
                                      const float* grad) {
    if (!mask.exists()) return grad;
    mask.apply(pool, grad, room_->added.data());
    return room_->added.data();
}

void TransformerLayer::find_gradient(ThreadPool& pool, const WeightMatrix& matrix,
                                     const Vectors& inputs, const Vectors& grad,
                                     float* gradients) const {
    const auto target = matrix.target(inputs.values, inputs.row, gradients);
    weight_gradient(pool, {.grad_outputs = grad.values,
                           .grad_row = grad.row,
                           .rows = room_->shape.positions(),
                           .panels = matrix.panels(),
                           .targets = {&target, 1}});
}

void TransformerLayer::backward(ThreadPool& pool, float* grad, float* gradients) {
    backward_feedforward(pool, grad, gradients);
    backward_attention(pool, grad, gradients);
}

void TransformerLayer::backward_feedforward(ThreadPool& pool, float* grad, float* gradients) {
    auto& kept = *kept_;
    const auto count = room_->shape.positions();
    const float* added = masked(pool, feedforward_mask_, grad);
    float* const wide = room_->grad_wide.data();
    find_gradient(pool, down_, {kept.activated.data(), wide_row_}, {added, row_}, gradients);
    down_.multiply_transposed(pool, rows({added, row_}, wide, wide_row_));
    in_shares(pool, count, [&](std::int64_t first, std::int64_t last) {
        kernels().gelu_backward(kept.wide.data() + first * wide_row_, wide + first * wide_row_,
                                (last - first) * wide_row_);
    });
    find_gradient(pool, up_, {kept.feedforward_inputs.outputs.data(), row_}, {wide, wide_row_},
                  gradients);
    up_.multiply_transposed(pool, rows({wide, wide_row_}, room_->grad_inputs.data(), row_));
    feedforward_norm_.backward(pool, room_->grad_inputs.data(), kept.feedforward_inputs, grad,
                               count, gradients);
}

void TransformerLayer::backward_attention(ThreadPool& pool, float* grad, float* gradients) {
    auto& kept = *kept_;
    const float* added = masked(pool, attention_mask_, grad);
    float* const inputs = room_->grad_inputs.data();
    find_gradient(pool, merge_, {kept.attended.data(), row_}, {added, row_}, gradients);
    merge_.multiply_transposed(pool, rows({added, row_}, inputs, row_));
    return_heads(pool);
    const float* const normalized = kept.attention_inputs.outputs.data();
    bool first = true;
    for (const auto& [matrix, vectors] :
         {std::pair{&query_, &room_->queries}, {&key_, &room_->keys}, {&value_, &room_->values}}) {
        find_gradient(pool, *matrix, {normalized, row_}, {vectors->data(), row_}, gradients);
        auto sum = rows({vectors->data(), row_}, inputs, row_);
        sum.accumulate = !first;
        matrix->multiply_transposed(pool, sum);
        first = false;
    }
    attention_norm_.backward(pool, inputs, kept.attention_inputs, grad, room_->shape.positions(),
                             gradients);
}

// From the gradients of what the heads gave, in `grad_inputs`, to those of queries, keys and values
// before they were turned.
void TransformerLayer::return_heads(ThreadPool& pool) {
    const auto& shape = room_->shape;
    auto& attention = room_->attention;
    for_each_head(pool, [&](std::int64_t t, std::int64_t b, std::int64_t h, std::int64_t at) {
        attention.outputs().put(t, b, h, room_->grad_inputs.data() + at);
    });
    attention.backward(pool, kept_->heads);
    for_each_head(pool, [&](std::int64_t t, std::int64_t b, std::int64_t h, std::int64_t at) {
        const auto i = t * shape.streams() + b;
        attention.grad_queries().get(t, b, h, room_->queries.data() + at);
        attention.grad_keys().get(t, b, h, room_->keys.data() + at);
        attention.grad_values().get(t, b, h, room_->values.data() + at);
        rotate(room_->queries.data() + at, shape.size(), rotation(i, -1, score_scale_));
        rotate(room_->keys.data() + at, shape.size(), rotation(i, -1, 1));
    });
}

}  // namespace carousel
