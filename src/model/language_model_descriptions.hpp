#pragma once

#include <tuple>

#include "model/language_model_config.hpp"
#include "model/limits.hpp"
#include "model/setting.hpp"

namespace carousel {

// What is said of the architecture of a model.

template <>
inline constexpr auto k_settings<LanguageModelConfig> = std::tuple{
    setting(&LanguageModelConfig::cell,
            {.name = "cell", .meaning = "kind of recurrent cell, or transformer", .fixed = true}),
    setting(&LanguageModelConfig::vocabulary_size, {1},
            {.name = "vocabulary-size"}),  // of the text
    setting(&LanguageModelConfig::layers, {1, k_most_layers},
            {.name = "layers",
             .meaning = "recurrent layers",
             .noun = "number of layers",
             .planned = true,
             .fixed = true}),
    setting(&LanguageModelConfig::hidden_size, {1, k_largest_size},
            {.name = "hidden-size", .meaning = "units of a layer", .planned = true, .fixed = true}),
    setting(&LanguageModelConfig::embedding_size, {1, k_largest_size},
            {.name = "embedding-size",
             .meaning = "numbers that stand for a character",
             .standard = "the hidden size",
             .fixed = true}),
    setting(&LanguageModelConfig::forget_bias, {-10, 10},
            {.name = "forget-bias", .meaning = "first bias of the forget gates", .fixed = true}),
    setting(&LanguageModelConfig::output_input,
            {.name = "output-input",
             .meaning = "what the output layer reads: the top layer, or the sum of all layers",
             .fixed = true}),
    setting(&LanguageModelConfig::heads, {0, k_largest_size},
            {.name = "heads",
             .meaning = "attention heads of a transformer",
             .noun = "number of heads",
             .standard = "one for every 32 units",
             .fixed = true,
             .since = 3}),
    setting(&LanguageModelConfig::context, {0, k_largest_batch},
            {.name = "context", .since = 3}),  // the window of the first training
    setting(&LanguageModelConfig::direction,
            {.name = "direction",
             .meaning = "both: a second net in the same file reads the text from its end, for fill "
                        "and correct",
             .fixed = true,
             .since = 3})};

}  // namespace carousel
