#include "cpu/inference.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "base/floating_point_mode.hpp"
#include "cpu/make_layers.hpp"

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

Inference::Inference(const LanguageModel& model, ThreadPool& pool, std::int64_t streams,
                     Precision precision, WeightsBetweenCalls weights)
    : model_(&model),
      pool_(&pool),
      streams_(streams),
      rows_(std::max<std::int64_t>(1, k_rows_in_cache / streams) * streams),
      knows_all_symbols_(weights == WeightsBetweenCalls::stay && table_is_small(model.config())),
      embedding_(model,
                 knows_all_symbols_ ? std::max(model.config().vocabulary_size, rows_) : rows_,
                 ModelUse{.precision = precision}),
      layers_(make_layers(model, embedding_,
                          {.limits = {rows_, streams},
                           .use = ModelUse{.precision = precision},
                           .threads = pool.size()})),
      output_(model, rows_, ModelUse{.precision = precision}),
      logits_(streams * leading_dimension(model.config().vocabulary_size)) {
    if (!knows_all_symbols_) return;
    std::vector<TokenId> all(static_cast<std::size_t>(model.config().vocabulary_size));
    std::iota(all.begin(), all.end(), TokenId{0});
    embedding_.look_up(all, nullptr);
}

void Inference::check(const TokenIds& ids, const RecurrentState& state) const {
    const auto& config = model_->config();
    const auto batch_size = static_cast<std::int64_t>(ids.shape(1));
    if (ids.shape(0) < 1 || batch_size < 1 || batch_size > streams_ ||
        !state.fits(config, batch_size)) {
        throw std::logic_error("inference was called with ids or a state of another shape");
    }
    for (const auto id : ids) {
        if (id >= config.vocabulary_size)
            throw std::logic_error("inference was called with an id outside the vocabulary");
    }
}

// Fewer streams take longer windows: the buffers have room for the steps of all streams.
std::int64_t Inference::window_of(std::int64_t batch_size) const {
    return rows_ / batch_size;
}

OutputRows Inference::forward(std::span<const TokenId> ids, std::int64_t batch_size,
                              RecurrentState& state, const SignalRows& signals) {
    if (knows_all_symbols_) {
        embedding_.locate(ids);
    } else {
        embedding_.look_up(ids, nullptr);
    }
    const auto count = static_cast<std::int64_t>(ids.size());
    const float* read = layers_->forward(*pool_, {count / batch_size, batch_size, signals}, state);
    return {read, hidden_row_length(model_->config()), count};
}

void Inference::advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) {
    const FlushDenormals mode;
    check(ids, state);
    const auto steps = static_cast<std::int64_t>(ids.shape(0));
    const auto batch_size = static_cast<std::int64_t>(ids.shape(1));
    const auto window = window_of(batch_size), v = model_->config().vocabulary_size;
    for (std::int64_t t = 0; t < steps; t += window) {
        const auto count = std::min(window, steps - t);
        auto rows =
            forward({ids.data() + t * batch_size, static_cast<std::size_t>(count * batch_size)},
                    batch_size, state, {});
        if (t + count < steps) continue;
        rows.hidden += (count - 1) * batch_size * rows.row;
        rows.count = batch_size;
        const auto row = leading_dimension(v);
        output_.logits(*pool_, rows, logits_.data(), row);
        logits.resize({static_cast<std::size_t>(batch_size), static_cast<std::size_t>(v)});
        for (std::int64_t b = 0; b < batch_size; ++b) {
            std::copy_n(logits_.data() + b * row, v, logits.data() + b * v);
        }
    }
}

void Inference::surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                           Tensor<2>& surprisals) {
    predict(inputs, targets, state, surprisals, nullptr);
}

void Inference::surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                           Tensor<2>& surprisals, LikelySymbols& likely) {
    likely.make_room(inputs.size(), model_->config().vocabulary_size);
    predict(inputs, targets, state, surprisals, &likely);
}

void Inference::trace(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                      Tensor<2>& surprisals, LikelySymbols& likely, UnitSignals& signals) {
    const auto& config = model_->config();
    if (inputs.shape(1) != 1) throw std::logic_error("several streams were to be traced");
    likely.make_room(inputs.size(), config.vocabulary_size);
    signals.values.resize({static_cast<std::size_t>(config.layers), inputs.shape(0),
                           cell_view(config.cell).signals.size(),
                           static_cast<std::size_t>(config.hidden_size)});
    predict(inputs, targets, state, surprisals, &likely, &signals);
}

void Inference::predict(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                        Tensor<2>& surprisals, LikelySymbols* likely, UnitSignals* signals) {
    const FlushDenormals mode;
    check(inputs, state);
    check(targets, state);
    if (inputs.shape() != targets.shape())
        throw std::logic_error("inputs and targets differ in shape");
    surprisals.resize({inputs.shape(0), inputs.shape(1)});
    const auto steps = static_cast<std::int64_t>(inputs.shape(0));
    const auto batch_size = static_cast<std::int64_t>(inputs.shape(1));
    const auto window = window_of(batch_size);
    for (std::int64_t t = 0; t < steps; t += window) {
        const auto first = t * batch_size;
        const auto count = static_cast<std::size_t>(std::min(window, steps - t) * batch_size);
        SignalRows signal_rows;
        if (signals != nullptr) {
            auto& values = signals->values;
            const auto step = static_cast<std::ptrdiff_t>(values.shape(2) * values.shape(3));
            signal_rows = {values.data() + t * step, steps * step};
        }
        const auto rows = forward({inputs.data() + first, count}, batch_size, state, signal_rows);
        output_.losses(*pool_, rows, {targets.data() + first, count}, surprisals.data() + first,
                       likely != nullptr ? LikelyRows(*likely, first) : LikelyRows());
    }
}

}  // namespace carousel
