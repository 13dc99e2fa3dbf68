#include "adaptation/gradient_scale.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "model/machine.hpp"
#include "model/reader.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_stretches = 20, k_windows = 25;  // windows of each stretch

/// The symbol at which the cumulated probabilities pass `draw`. The logits become these.
TokenId drawn_symbol(const Machine& machine, std::span<float> logits, float draw) {
    machine.softmax(logits, 1.0F);
    double sum = 0;
    for (std::size_t v = 0; v + 1 < logits.size(); ++v) {
        sum += double{logits[v]};
        if (double{draw} < sum) return static_cast<TokenId>(v);
    }
    return static_cast<TokenId>(logits.size() - 1);
}

}  // namespace

double gather_gradient_scale(Adapter& adapter, std::int64_t window,
                             std::span<const Stretch> stretches) {
    const auto size = static_cast<std::size_t>(window);
    const TokenIds::shape_type shape{size, 1};
    Batch batch{TokenIds(shape), TokenIds(shape)};
    for (const auto& stretch : stretches) {
        auto state = RecurrentState::zeros(adapter.model().config(), 1);
        for (std::size_t at = 0; at + size < stretch.size(); at += size) {
            std::copy_n(stretch.data() + at, size, batch.inputs.data());
            std::copy_n(stretch.data() + at + 1, size, batch.targets.data());
            adapter.window(batch, state);
            adapter.gather();
        }
    }
    return adapter.finish_gathering();
}

std::vector<Stretch> written_stretches(const Model& model, std::int64_t window) {
    const auto reader = model.reader(k_stretches);
    auto state = RecurrentState::zeros(model.config(), k_stretches);
    std::vector<Stretch> stretches(k_stretches, {Vocabulary::k_separator});
    TokenIds ids(TokenIds::shape_type{1, k_stretches});
    const auto v = static_cast<std::size_t>(model.config().vocabulary_size);
    Tensor<2> logits;
    for (std::int64_t step = 0; step < k_windows * window; ++step) {
        for (std::size_t b = 0; b < stretches.size(); ++b) ids(0, b) = stretches[b].back();
        reader->advance(ids, state, logits);
        for (std::size_t b = 0; b < stretches.size(); ++b) {
            const RandomKey key{0, RandomPurpose::statistics, static_cast<std::uint32_t>(b)};
            const float draw = random_uniform(key, static_cast<std::uint64_t>(step));
            stretches[b].push_back(drawn_symbol(model.machine(), {logits.data() + b * v, v}, draw));
        }
    }
    return stretches;
}

}  // namespace carousel
