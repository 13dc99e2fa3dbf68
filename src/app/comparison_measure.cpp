#include "app/comparison_measure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "app/sample.hpp"
#include "evaluation/evaluator.hpp"
#include "generation/session_batch.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_sample_length = 320;  // characters
constexpr std::uint64_t k_seed = 1;             // of all samples: the same draws for every model
constexpr float k_temperature = 0.8F;

// So long is the text when it is looked what a character costs.
constexpr std::array<std::uint64_t, 3> k_lengths = {16, 256, 1024};
constexpr double k_longest_writing = 4;  // seconds

/// Sorts the characters of windows by how many stood before them, in stretches that double, beside
/// what the same characters cost in a stream.
class ContextSums {
public:
    void add(double nats, double in_stream) {
        const auto before = place_ + 1;
        place_ = (place_ + 1) % static_cast<std::uint64_t>(k_compared_window);
        const auto stretch = std::min<std::size_t>(
            static_cast<std::size_t>(std::bit_width(before)) - 1, sums_.size() - 1);
        auto& sum = sums_[stretch];
        sum.nats += nats;
        sum.lost += nats - in_stream;
        ++sum.count;
    }

    std::vector<ContextLoss> losses() const {
        std::vector<ContextLoss> losses;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            const auto count = static_cast<double>(std::max<std::uint64_t>(1, sums_[i].count));
            const auto least = std::uint64_t{1} << i;
            const bool last = i + 1 == sums_.size();
            losses.push_back({least,
                              last ? static_cast<std::uint64_t>(k_compared_window) : 2 * least - 1,
                              sums_[i].nats / count, sums_[i].lost / count});
        }
        return losses;
    }

private:
    struct Sum {
        double nats = 0, lost = 0;
        std::uint64_t count = 0;
    };
    std::uint64_t place_ = 0;
    std::array<Sum, 8> sums_{};  // 1, 2-3, 4-7 ... 128-256
};

// Of the numbers that a memory has room for, those that are in use: what looks back at symbols
// leaves zeros where there have been none yet.
std::uint64_t bytes_in_use(const RecurrentState& memory) {
    const auto numbers = [](const Tensor<3>& tensor) {
        const std::span values(tensor.data(), tensor.size());
        return static_cast<std::uint64_t>(
            std::ranges::count_if(values, [](float value) { return value != 0; }));
    };
    return (numbers(memory.hidden) + numbers(memory.states)) * sizeof(float);
}

// One text, as `generate` would write it, that does not end.
std::vector<WritingCost> cost_of_writing(const Model& model, const Tokenizer& tokenizer,
                                         const std::function<double()>& clock) {
    SessionBatch batch(model, tokenizer, 1);
    if (!batch.can_write()) return {};
    const auto session = batch.join(
        Session(tokenizer, model.config(),
                {.sampler = {.temperature = k_temperature}, .seed = k_seed, .documents = 0}, {}));
    std::vector<WritingCost> costs;
    std::uint64_t written = 0;
    const double begin = clock();
    double before = begin;
    for (const auto length : k_lengths) {
        const auto from = written;
        while (written < length && clock() - begin < k_longest_writing) {
            batch.advance();
            ++written;
        }
        if (written == from) break;
        const double now = clock();
        costs.push_back({.characters = written,
                         .milliseconds = 1e3 * (now - before) / static_cast<double>(written - from),
                         .bytes = bytes_in_use(batch.copy(session).reading().memory)});
        before = now;
    }
    return costs;
}

}  // namespace

ModelMeasure measure_model(const LoadedModel& loaded, const MeasureConfig& config) {
    const auto& snapshot = loaded.snapshot;
    const auto& tokenizer = loaded.tokenizer;
    const auto& corpus = *config.text.corpus;
    const auto& part = config.text.part;
    const auto on_threads = [&](int threads) {
        return model_on_threads(threads, snapshot.model, snapshot.weights);
    };
    ModelMeasure measure;
    std::vector<float> in_stream;  // nats of each character
    {
        config.tell(Progress{"reading the validation text as one stream"});
        const auto own = on_threads(threads_to_read(snapshot.model, config.threads));
        const double begin = config.clock();
        in_stream.reserve(part.characters);
        measure.stream = evaluate_stream(
            *own.model, corpus, part, Precision::float32, [&](const CharacterSurprisal& character) {
                in_stream.push_back(static_cast<float>(character.nats));
            });
        measure.reading =
            static_cast<double>(measure.stream.characters) / std::max(config.clock() - begin, 1e-9);
    }
    if (part.characters > static_cast<std::uint64_t>(k_compared_window)) {
        config.tell(Progress{"reading it in windows"});
        const auto own =
            on_threads(threads_for(snapshot.model, k_windows_side_by_side, config.threads));
        ContextSums sums;
        std::size_t at = 0;  // windows predict all characters but the first, in their order
        measure.windows =
            evaluate_windows(*own.model, corpus, part, k_compared_window, Precision::float32,
                             [&](const CharacterSurprisal& character) {
                                 sums.add(character.nats, in_stream.at(++at));
                             });
        measure.context = sums.losses();
    }
    config.tell(Progress{"writing"});
    const auto own = on_threads(threads_for(snapshot.model, 1, config.threads));
    measure.writing = cost_of_writing(*own.model, tokenizer, config.clock);
    measure.sample =
        write_sample(
            *own.model, tokenizer,
            {.sampler = {.temperature = k_temperature}, .seed = k_seed, .length = k_sample_length})
            .text;
    return measure;
}

}  // namespace carousel
