#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/cpu_machine.hpp"
#include "support/test_model.hpp"
#include "training/trainer.hpp"

namespace carousel {

/// Two nets that know words of seven letters, one of them from their ends.
struct SmallNets {
    static constexpr std::int64_t k_symbols = 9;

    TestModel forward, backward;
};

/// Letters as ids: a to g are 2 to 8, a blank 1; the separator is 0.
inline std::vector<TokenId> ids_of(std::string_view text) {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(c == ' ' ? 1 : static_cast<TokenId>(c - 'a' + 2));
    return ids;
}
inline std::string text_of(const std::vector<TokenId>& ids) {
    std::string text;
    for (const auto id : ids) text += id == 1 ? ' ' : static_cast<char>('a' + id - 2);
    return text;
}
inline std::vector<TokenId> letters() {
    return {1, 2, 3, 4, 5, 6, 7, 8};
}

/// So many words, each a function of its number.
inline std::string words(std::size_t count, std::size_t first = 0) {
    static constexpr std::string_view k_words[] = {"bad", "cage", "faded", "egg", "decade"};
    std::string text;
    for (auto i = first; i < first + count; ++i) {
        text += k_words[(i * i + i / 3) % std::size(k_words)];
        text += ' ';
    }
    return text;
}

/// Trained once, in a moment.
inline const SmallNets& small_nets() {
    static const SmallNets nets = [] {
        const LanguageModelConfig net{.vocabulary_size = SmallNets::k_symbols,
                                      .layers = 1,
                                      .hidden_size = 32,
                                      .embedding_size = 16};
        auto config = net;
        config.direction = ReadingDirection::both;
        TrainingConfig training;
        training.batch_size = 16;
        training.window = 24;
        training.learning_rate = 0.02F;
        const auto text = ids_of(words(900));
        const CpuMachine machine(1);
        std::vector<NamedTensor> weights;
        append_tensors(Way::forward, machine.initial_weights(net, 1), weights);
        append_tensors(Way::backward, machine.initial_weights(net, 2), weights);
        Trainer trainer(machine, config, weights,
                        BatchIterator(
                            [&](std::uint64_t begin, std::span<TokenId> out) {
                                std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                            out.size(), out.begin());
                            },
                            0, text.size(), {training.batch_size, training.window}, 1),
                        training);
        for (int step = 0; step < 150; ++step) trainer.step(step / 150.0);
        return SmallNets{{net, trainer.model(Way::forward).weights()},
                         {net, trainer.model(Way::backward).weights()}};
    }();
    return nets;
}

}  // namespace carousel
