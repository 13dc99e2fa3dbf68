#include "cpu/head_vectors.hpp"

#include <algorithm>
#include <cmath>

#include "model/transformer.hpp"

namespace carousel {

namespace {

constexpr auto k_period = RotaryPositions::k_period;

// A count goes up to twice the period and then back by it: beyond the first period it tells no more
// than that the memory is full. Whatever else a state holds counts as an empty one.
std::int64_t counted(float number) {
    if (!(number >= 0) || number >= static_cast<float>(2 * k_period)) return 0;
    return static_cast<std::int64_t>(number);
}

}  // namespace

HeadShape::HeadShape(const LanguageModelConfig& config, std::int64_t streams)
    : heads_(config.heads),
      size_(head_size(config)),
      panels_(panels_for(size_)),
      context_(config.context),
      slots_(memory_slots(config)),
      row_(hidden_row_length(config)) {
    read_.reserve(static_cast<std::size_t>(streams));
}

void HeadShape::begin(std::int64_t steps, std::int64_t streams, const RecurrentState& state) {
    steps_ = steps;
    streams_ = streams;
    read_.resize(static_cast<std::size_t>(streams));
    for (std::size_t b = 0; b < read_.size(); ++b) read_[b] = counted(state.states(0, b, 0));
}

void HeadShape::end(RecurrentState& state) const {
    for (std::size_t b = 0; b < read_.size(); ++b) {
        auto count = read_[b] + steps_;
        while (count >= 2 * k_period) count -= k_period;
        for (std::size_t l = 0; l < state.states.shape(0); ++l)
            state.states(l, b, 0) = static_cast<float>(count);
    }
}

std::int64_t HeadShape::most_floats(const WindowLimits& limits, bool with_memory) const {
    const auto memory = with_memory ? limits.streams * reach() : 0;
    return (limits.positions + memory) * heads_ * head_floats();
}

float* HeadVectors::head(std::int64_t b, std::int64_t head) {
    const auto most = (remembers_ ? shape_->reach() : 0) + shape_->steps();
    return values_.data() + (b * most * shape_->heads() + head * count(b)) * shape_->head_floats();
}

void HeadVectors::put_at(std::int64_t position, std::int64_t b, std::int64_t head,
                         const float* from) {
    float* to = this->head(b, head) + position * k_panel;
    for (auto rest = shape_->size(); rest > 0; rest -= k_panel, from += k_panel) {
        if (rest >= k_panel) {
            std::copy_n(from, k_panel, to);
        } else {
            std::fill(std::copy_n(from, rest, to), to + k_panel, 0.0F);
        }
        to += count(b) * k_panel;
    }
}

void HeadVectors::get_at(std::int64_t position, std::int64_t b, std::int64_t head,
                         float* to) const {
    const float* from = this->head(b, head) + position * k_panel;
    for (auto rest = shape_->size(); rest > 0; rest -= k_panel) {
        to = std::copy_n(from, std::min(rest, k_panel), to);
        from += count(b) * k_panel;
    }
}

void HeadVectors::load(std::int64_t b, const float* slots, std::int64_t half) {
    const auto units = shape_->units(), first = shape_->read(b) - before(b);
    for (std::int64_t i = 0; i < before(b); ++i) {
        const float* slot = slots + ((first + i) % shape_->slots() * 2 + half) * units;
        for (std::int64_t head = 0; head < shape_->heads(); ++head)
            put_at(i, b, head, slot + head * shape_->size());
    }
}

void HeadVectors::store(std::int64_t b, float* slots, std::int64_t half) const {
    const auto units = shape_->units(), steps = shape_->steps();
    for (auto t = std::max<std::int64_t>(0, steps - shape_->slots()); t < steps; ++t) {
        float* slot = slots + ((shape_->read(b) + t) % shape_->slots() * 2 + half) * units;
        for (std::int64_t head = 0; head < shape_->heads(); ++head)
            get(t, b, head, slot + head * shape_->size());
    }
}

}  // namespace carousel
