#include "filling/side_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/logarithm.hpp"
#include "model/machine.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_symbols_at_once = 4096;  // of one stream

}  // namespace

SideReader::SideReader(const Model& model)
    : model_(&model), reader_(model.reader(static_cast<std::int64_t>(k_streams))) {}

Side SideReader::begin() {
    Side side{RecurrentState::zeros(model_->config(), 1), {}};
    const TokenId separator = Vocabulary::k_separator;
    read(side, {&separator, 1});
    return side;
}

void SideReader::read(Side& side, std::span<const TokenId> ids) {
    while (!ids.empty()) {
        const auto count = std::min(ids.size(), k_symbols_at_once);
        inputs_.resize({count, 1});
        std::copy_n(ids.begin(), count, inputs_.begin());
        reader_->advance(inputs_, side.memory, logits_);
        ids = ids.subspan(count);
        if (ids.empty()) side.next = logarithms({logits_.data(), symbols()});
    }
}

void SideReader::read_one(std::span<Side* const> sides, std::span<const TokenId> ids) {
    for (std::size_t first = 0; first < sides.size(); first += k_streams) {
        const auto count = std::min(k_streams, sides.size() - first);
        auto memory = RecurrentState::zeros(model_->config(), static_cast<std::int64_t>(count));
        inputs_.resize({1, count});
        for (std::size_t b = 0; b < count; ++b) {
            inputs_(0, b) = ids[first + b];
            memory.take(sides[first + b]->memory, 0, 1, b);
        }
        reader_->advance(inputs_, memory, logits_);
        for (std::size_t b = 0; b < count; ++b) {
            auto& side = *sides[first + b];
            side.memory.take(memory, b, 1, 0);
            side.next = logarithms({logits_.data() + b * symbols(), symbols()});
        }
    }
}

std::vector<double> SideReader::surprisals(Side& side, std::span<const TokenId> ids) {
    std::vector<double> nats;
    if (ids.empty()) return nats;
    nats.reserve(ids.size());
    nats.push_back(-double{side.next[ids.front()]});
    for (std::size_t begin = 0; begin + 1 < ids.size(); begin += k_symbols_at_once) {
        const auto count = std::min(k_symbols_at_once, ids.size() - 1 - begin);
        inputs_.resize({count, 1});
        targets_.resize({count, 1});
        for (std::size_t t = 0; t < count; ++t) {
            inputs_(t, 0) = ids[begin + t];
            targets_(t, 0) = ids[begin + t + 1];
        }
        reader_->surprisals(inputs_, targets_, side.memory, nats_);
        for (std::size_t t = 0; t < count; ++t) nats.push_back(double{nats_(t, 0)});
    }
    read(side, ids.last(1));
    return nats;
}

std::vector<double> SideReader::scores(std::span<const Continuation> continuations) {
    std::vector<double> scores(continuations.size());
    for (std::size_t first = 0; first < continuations.size(); first += k_streams) {
        const auto count = std::min(k_streams, continuations.size() - first);
        score(continuations.subspan(first, count), std::span(scores).subspan(first, count));
    }
    return scores;
}

// Shorter ones are padded: what stands behind a symbol does not change how it was predicted.
void SideReader::score(std::span<const Continuation> continuations, std::span<double> scores) {
    std::size_t longest = 0;
    for (const auto& [after, ids] : continuations) longest = std::max(longest, ids.size());
    const auto count = continuations.size();
    for (std::size_t b = 0; b < count; ++b) {
        const auto& [after, ids] = continuations[b];
        scores[b] = ids.empty() ? 0 : double{after->next[ids.front()]};
    }
    if (longest < 2) return;
    auto memory = RecurrentState::zeros(model_->config(), static_cast<std::int64_t>(count));
    inputs_.resize({longest - 1, count});
    targets_.resize({longest - 1, count});
    inputs_.fill(Vocabulary::k_separator);
    targets_.fill(Vocabulary::k_separator);
    for (std::size_t b = 0; b < count; ++b) {
        const auto& [after, ids] = continuations[b];
        memory.take(after->memory, 0, 1, b);
        for (std::size_t t = 0; t + 1 < ids.size(); ++t) {
            inputs_(t, b) = ids[t];
            targets_(t, b) = ids[t + 1];
        }
    }
    reader_->surprisals(inputs_, targets_, memory, nats_);
    for (std::size_t b = 0; b < count; ++b)
        for (std::size_t t = 0; t + 1 < continuations[b].ids.size(); ++t)
            scores[b] -= double{nats_(t, b)};
}

std::vector<float> SideReader::logarithms(std::span<const float> logits) const {
    std::vector<float> values(logits.begin(), logits.end());
    model_->machine().softmax(values, 1);
    for (auto& value : values) {
        const double probability = std::max(value, std::numeric_limits<float>::min());
        value = static_cast<float>(logarithm(probability));
    }
    return values;
}

}  // namespace carousel
