#include "generation/mixed_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/logarithm.hpp"
#include "model/machine.hpp"
#include "model/reader.hpp"

// The states of all parts lie behind each other in the state of the mix, layer by layer: in
// `hidden` what they put out, in `states` what else they remember.

namespace carousel {

namespace {

/// A part's share of the state of one stream, copied there or back.
enum class Direction { to_part, to_mix };
std::size_t move_state(Direction direction, Tensor<3>& mix, std::size_t at, Tensor<3>& part,
                       std::size_t stream) {
    const std::size_t streams = part.shape(1), width = part.shape(2);
    for (std::size_t layer = 0; layer < part.shape(0); ++layer) {
        float* const own = part.data() + (layer * streams + stream) * width;
        float* const shared = mix.data() + stream * mix.shape(2) + at;
        if (direction == Direction::to_part) {
            std::copy_n(shared, width, own);
        } else {
            std::copy_n(own, width, shared);
        }
        at += width;
    }
    return at;
}

class MixedReader : public Reader {
public:
    struct Part {
        std::unique_ptr<Reader> reader;
        const LanguageModelConfig* config;
        double share;  // of 1
        RecurrentState state{};
        Tensor<2> logits{}, probabilities{};  // (B, V)
        Tensor<2> surprisals{};               // (T, B)
    };

    MixedReader(std::vector<Part> parts, const Machine& machine)
        : parts_(std::move(parts)), machine_(machine), terms_(parts_.size()) {}

    void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) override {
        const std::size_t streams = ids.shape(1);
        split(state, streams);
        for (auto& part : parts_) {
            part.reader->advance(ids, part.state, part.logits);
            find_probabilities(part);
        }
        join(state, streams);
        mix(logits);
    }

    // Of the targets alone, so that the products of every part are those over all the steps.
    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals) override {
        const std::size_t streams = inputs.shape(1);
        split(state, streams);
        for (auto& part : parts_)
            part.reader->surprisals(inputs, targets, part.state, part.surprisals);
        join(state, streams);
        surprisals.resize({inputs.shape(0), streams});
        for (std::size_t i = 0; i < surprisals.size(); ++i)
            surprisals.data()[i] = mixed_surprisal(i);
    }

    // The likeliest symbols need the probabilities of all, which are those after each step.
    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals, LikelySymbols& likely) override {
        auto before = state;
        this->surprisals(inputs, targets, state, surprisals);
        if (likely.most <= 0) return;
        const std::size_t steps = inputs.shape(0), streams = inputs.shape(1);
        TokenIds ids(TokenIds::shape_type{1, streams});
        Tensor<2> logits;
        for (std::size_t t = 0; t < steps; ++t) {
            std::copy_n(inputs.data() + t * streams, streams, ids.data());
            advance(ids, before, logits);
            if (t == 0)
                likely.make_room(steps * streams, static_cast<std::int64_t>(logits.shape(1)));
            for (std::size_t b = 0; b < streams; ++b)
                find_likely(logits, b, t * streams + b, likely);
        }
    }

private:
    void split(RecurrentState& state, std::size_t streams) {
        std::vector<std::pair<std::size_t, std::size_t>> at(streams);
        for (auto& part : parts_) {
            const auto count = static_cast<std::int64_t>(streams);
            if (!part.state.fits(*part.config, count))
                part.state = RecurrentState::zeros(*part.config, count);
            for (std::size_t b = 0; b < streams; ++b) {
                auto& [hidden, states] = at[b];
                hidden = move_state(Direction::to_part, state.hidden, hidden, part.state.hidden, b);
                states = move_state(Direction::to_part, state.states, states, part.state.states, b);
            }
        }
    }

    void join(RecurrentState& state, std::size_t streams) {
        for (std::size_t b = 0; b < streams; ++b) {
            std::size_t hidden = 0, states = 0;
            for (auto& part : parts_) {
                hidden = move_state(Direction::to_mix, state.hidden, hidden, part.state.hidden, b);
                states = move_state(Direction::to_mix, state.states, states, part.state.states, b);
            }
        }
    }

    void find_probabilities(Part& part) const {
        part.probabilities = part.logits;
        const std::size_t streams = part.logits.shape(0), v = part.logits.shape(1);
        for (std::size_t b = 0; b < streams; ++b)
            machine_.softmax({part.probabilities.data() + b * v, v}, 1);
    }

    // log Σ share p. Where no probability is left of a symbol in single precision, the difference
    // of its logit to the largest one still tells how unlikely it is.
    void mix(Tensor<2>& logits) const {
        const auto& shape = parts_.front().logits.shape();
        const std::size_t streams = shape[0], v = shape[1];
        logits.resize({streams, v});
        constexpr double k_least = 1e-30, k_unlikely = -std::numeric_limits<double>::max();
        std::vector<double> log_largest(parts_.size()), largest_logit(parts_.size());
        for (std::size_t b = 0; b < streams; ++b) {
            for (std::size_t k = 0; k < parts_.size(); ++k) {
                const auto* row = parts_[k].logits.data() + b * v;
                const auto* probabilities = parts_[k].probabilities.data() + b * v;
                const auto* largest = std::max_element(row, row + v);
                largest_logit[k] = double{*largest};
                const double p = double{probabilities[largest - row]};
                log_largest[k] = p > 0 ? logarithm(p * parts_[k].share) : 0;
            }
            for (std::size_t symbol = 0; symbol < v; ++symbol) {
                double sum = 0, remainder = k_unlikely;
                for (std::size_t k = 0; k < parts_.size(); ++k) {
                    sum += parts_[k].share * double{parts_[k].probabilities(b, symbol)};
                    remainder = std::max(remainder, log_largest[k] - largest_logit[k] +
                                                        double{parts_[k].logits(b, symbol)});
                }
                logits(b, symbol) = static_cast<float>(sum > k_least ? logarithm(sum) : remainder);
            }
        }
    }

    static void find_likely(const Tensor<2>& logits, std::size_t row, std::size_t position,
                            LikelySymbols& likely) {
        const std::size_t v = logits.shape(1), each = static_cast<std::size_t>(likely.each);
        const auto found = std::span(likely.symbols).subspan(position * each, each);
        find_likeliest({logits.data() + row * v, v}, found);
        for (auto& symbol : found) symbol.probability = std::exp(symbol.probability);
    }

    // -log Σ share p, from -log p at position i: the largest term, and its part of the sum.
    float mixed_surprisal(std::size_t i) {
        double largest = -std::numeric_limits<double>::max();
        std::size_t at = 0;
        for (std::size_t k = 0; k < parts_.size(); ++k) {
            const double term = logarithm(parts_[k].share) - double{parts_[k].surprisals.data()[i]};
            terms_[k] = static_cast<float>(term);
            if (term > largest) {
                largest = term;
                at = k;
            }
        }
        machine_.softmax(terms_, 1);
        return static_cast<float>(logarithm(double{terms_[at]}) - largest);
    }

    std::vector<Part> parts_;
    const Machine& machine_;
    std::vector<float> terms_;  // of each part
};

}  // namespace

LanguageModelConfig MixedModel::shape_of(std::span<const LanguageModelConfig> parts) {
    std::size_t hidden = 0, states = 0;
    for (const auto& config : parts) {
        const auto widths = state_widths(config);
        hidden += static_cast<std::size_t>(config.layers * widths.hidden);
        states += static_cast<std::size_t>(config.layers * widths.states);
    }
    // The cell with one vector of each kind.
    return {.cell = CellKind::lstm,
            .vocabulary_size = parts.front().vocabulary_size,
            .layers = 1,
            .hidden_size = static_cast<std::int64_t>(std::max(hidden, states))};
}

MixedModel::MixedModel(std::vector<Part> parts) : parts_(std::move(parts)) {
    if (parts_.empty()) throw std::logic_error("a mix of no models");
    std::vector<LanguageModelConfig> configs;
    for (const auto& [model, share] : parts_) {
        configs.push_back(model->config());
        if (!(share > 0) || configs.back().vocabulary_size != configs.front().vocabulary_size)
            throw std::logic_error("a mix with a wrong share, or of different vocabularies");
    }
    config_ = shape_of(configs);
}

std::unique_ptr<Reader> MixedModel::reader(std::int64_t streams, Precision precision) const {
    double all = 0;
    for (const auto& part : parts_) all += part.share;
    std::vector<MixedReader::Part> parts;
    for (const auto& [model, share] : parts_)
        parts.push_back({.reader = model->reader(streams, precision),
                         .config = &model->config(),
                         .share = share / all});
    return std::make_unique<MixedReader>(std::move(parts), machine());
}

}  // namespace carousel
