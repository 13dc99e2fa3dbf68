#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "adaptation/adaptation_descriptions.hpp"
#include "app/mix_share.hpp"
#include "generation/sampler_descriptions.hpp"
#include "model/quantization.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Text that a model shall write.
struct GenerationRequest {
    std::optional<std::filesystem::path> model{};  ///< absent: the newest
    std::vector<MixShare> mix{};                   ///< models that write together; never with it
    std::optional<std::string> prompt{};
    /// Never with `prompt`; `-` is standard input.
    std::optional<std::filesystem::path> prompt_file{};
    UnknownCharacters unknown = UnknownCharacters::error;
    Given<DecodingSettings> decoding{};  ///< of the files; absent: as the model's corpus was read
    /// A text to learn from first; `-` is standard input.
    std::optional<std::filesystem::path> adapt{};
    Given<AdaptationConfig> adaptation{};      ///< only with `adapt`
    std::uint64_t length = 500;                ///< characters; 0 = until stopped
    std::optional<std::uint64_t> documents{};  ///< 0 = no bound; absent: 1
    SamplerConfig sampler{};
    std::optional<std::uint64_t> seed{};   ///< absent: random
    std::int64_t count = 1;                ///< samples, side by side
    std::optional<std::string> stop{};     ///< not empty
    bool json = false;                     ///< one object, when all samples have ended
    bool raw = false;                      ///< any bytes from a byte model
    std::optional<Precision> precision{};  ///< absent: as the model is stored
    std::optional<int> threads{};
};

}  // namespace carousel
