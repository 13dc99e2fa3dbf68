#include "reference/reference_transformer.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "model/transformer.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_period = 1 << 20;

// Ba, Kiros & Hinton 2016.
Value layer_normalized(const Value& x) {
    const Value apart = x - row_mean(x);
    return apart / square_root(row_mean(apart * apart) + 1e-5);
}

// Hendrycks & Gimpel 2016, with tanh.
Value gelu(const Value& x) {
    const Value inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * (x * x * x));
    return 0.5 * (x * (tanh(inner) + 1.0));
}

}  // namespace

std::vector<std::int64_t> reference_frequencies(std::int64_t head_size) {
    std::vector<std::int64_t> frequencies;
    for (std::int64_t i = 0; i < head_size / 2; ++i) {
        const double radians =
            std::pow(1e4, -static_cast<double>(i) / static_cast<double>(head_size / 2));
        frequencies.push_back(
            std::max<std::int64_t>(1, std::llround(radians / (2 * std::numbers::pi) * k_period)));
    }
    return frequencies;
}

ReferenceTransformer::ReferenceTransformer(Tape& tape, const LanguageModelConfig& config,
                                           std::vector<TransformerWeights> layers,
                                           Value output_gain, std::vector<Matrix> hidden,
                                           std::vector<Matrix> states)
    : tape_(tape),
      config_(config),
      layers_(std::move(layers)),
      output_gain_(std::move(output_gain)),
      hidden_(std::move(hidden)),
      past_(layers_.size()),
      remembered_(static_cast<std::size_t>(config.context - 1)) {
    const auto streams = hidden_[0].shape(0);
    const auto h = static_cast<std::size_t>(config.hidden_size);
    const auto slots = memory_slots(config);
    for (std::size_t b = 0; b < streams; ++b)
        read_.push_back(static_cast<std::int64_t>(states[0](b, 0)));
    // Where a stream has read less, zeros stand, which `seen` leaves out.
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        for (auto age = static_cast<std::int64_t>(remembered_); age >= 1; --age) {
            Matrix keys = xt::zeros<double>({streams, h}), values = keys;
            for (std::size_t b = 0; b < streams; ++b) {
                if (read_[b] < age) continue;
                const auto slot = static_cast<std::size_t>((read_[b] - age) % slots);
                for (std::size_t i = 0; i < h; ++i) {
                    keys(b, i) = hidden_[l](b, 2 * slot * h + i);
                    values(b, i) = hidden_[l](b, (2 * slot + 1) * h + i);
                }
            }
            past_[l].keys.push_back(tape.leaf(keys));
            past_[l].values.push_back(tape.leaf(values));
        }
    }
}

Value ReferenceTransformer::step(Value x, const std::function<Value(std::size_t)>& mask) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        const auto& w = layers_[l];
        x = x + mask(2 * l) * attention(w, w.g * layer_normalized(x), past_[l]);
        const Value wide = gelu(product(w.up, w.g_f * layer_normalized(x)));
        x = x + mask(2 * l + 1) * product(w.down, wide);
        remember(l);
    }
    ++steps_;
    return output_gain_ * layer_normalized(x);
}

// Vaswani et al. 2017, section 3.2; turned after Su et al. 2021.
Value ReferenceTransformer::attention(const TransformerWeights& w, const Value& y, Past& past) {
    const auto heads = static_cast<std::size_t>(config_.heads),
               d = static_cast<std::size_t>(head_size(config_)),
               context = static_cast<std::size_t>(config_.context);
    const Value query = turned(product(w.Q, y));
    past.keys.push_back(turned(product(w.K, y)));
    past.values.push_back(product(w.V, y));
    const auto first = past.keys.size() - context;
    const Value in_sight = seen(context);
    const Value ones = tape_.leaf(xt::ones<double>({std::size_t{1}, context}));
    std::vector<Value> outputs;
    for (std::size_t head = 0; head < heads; ++head) {
        std::vector<Value> keys, values;
        for (std::size_t j = first; j < past.keys.size(); ++j) {
            keys.push_back(columns(past.keys[j], head * d, d));
            values.push_back(columns(past.values[j], head * d, d));
        }
        const Value scores = 1 / std::sqrt(static_cast<double>(d)) *
                             dots(columns(query, head * d, d), side_by_side(keys));
        const Value powers = exp(scores) * in_sight;
        outputs.push_back(weighted_sum(powers / product(ones, powers), side_by_side(values)));
    }
    return product(w.M, side_by_side(outputs));
}

// (B, count): 1 where a stream has read so far, the last column being the symbol of this step.
Value ReferenceTransformer::seen(std::size_t count) const {
    Matrix seen({read_.size(), count});
    for (std::size_t b = 0; b < read_.size(); ++b) {
        for (std::size_t j = 0; j < count; ++j) {
            const auto age = static_cast<std::int64_t>(count - 1 - j);
            seen(b, j) = age <= read_[b] + static_cast<std::int64_t>(steps_) ? 1 : 0;
        }
    }
    return tape_.leaf(seen);
}

Value ReferenceTransformer::turned(const Value& x) const {
    const auto d = head_size(config_), half = d / 2;
    const auto frequencies = reference_frequencies(d);
    const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    Matrix cosines = xt::ones<double>(x.matrix().shape()), sines = 0 * cosines;
    for (std::size_t b = 0; b < read_.size(); ++b) {
        for (std::int64_t head = 0; head < config_.heads; ++head) {
            for (std::int64_t i = 0; i < half; ++i) {
                const auto number = read_[b] + static_cast<std::int64_t>(steps_);
                const double angle = 2 * std::numbers::pi / k_period *
                                     static_cast<double>(frequencies[size(i)] * number % k_period);
                for (const auto at : {size(head * d + i), size(head * d + half + i)}) {
                    cosines(b, at) = std::cos(angle);
                    sines(b, at) = std::sin(angle);
                }
            }
        }
    }
    std::vector<Value> across;  // of each pair (x, y) the point (-y, x)
    for (std::int64_t head = 0; head < config_.heads; ++head) {
        const auto from = size(head * d);
        if (half > 0) {
            across.push_back(-1.0 * columns(x, from + size(half), size(half)));
            across.push_back(columns(x, from, size(half)));
        }
        if (d > 2 * half) across.push_back(0.0 * columns(x, from + size(2 * half), 1));
    }
    return x * tape_.leaf(cosines) + side_by_side(across) * tape_.leaf(sines);
}

void ReferenceTransformer::remember(std::size_t layer) {
    const auto h = static_cast<std::size_t>(config_.hidden_size);
    for (std::size_t b = 0; b < read_.size(); ++b) {
        const auto number = read_[b] + static_cast<std::int64_t>(steps_);
        const auto slot = static_cast<std::size_t>(number % memory_slots(config_));
        for (std::size_t i = 0; i < h; ++i) {
            hidden_[layer](b, 2 * slot * h + i) = past_[layer].keys.back().matrix()(b, i);
            hidden_[layer](b, (2 * slot + 1) * h + i) = past_[layer].values.back().matrix()(b, i);
        }
    }
}

std::vector<Matrix> ReferenceTransformer::states() const {
    Matrix counts({read_.size(), std::size_t{1}});
    for (std::size_t b = 0; b < read_.size(); ++b) {
        auto count = read_[b] + static_cast<std::int64_t>(steps_);
        if (count >= 2 * k_period) count -= k_period;
        counts(b, 0) = static_cast<double>(count);
    }
    return std::vector<Matrix>(layers_.size(), counts);
}

}  // namespace carousel
