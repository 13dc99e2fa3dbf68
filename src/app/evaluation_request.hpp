#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adaptation/adaptation_descriptions.hpp"
#include "app/mix_share.hpp"
#include "base/words.hpp"
#include "model/quantization.hpp"
#include "model/setting.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

/// The part of a corpus that is evaluated, as the model's training cut it.
enum class Part : std::uint8_t { all, train, validation };

template <>
inline constexpr std::array<std::string_view, 3> k_words<Part>{"all", "train", "validation"};

/// How a text is fed to a model: as one stream, in windows from an empty state, or once so and once
/// so.
enum class Protocol : std::uint8_t { stream, windows, both };

template <>
inline constexpr std::array<std::string_view, 3> k_words<Protocol>{"stream", "windows", "both"};

inline constexpr int k_baseline_order = 6;
inline constexpr int k_mixed_order = 8;  ///< of the n-gram that a model is mixed with

/// A model to be measured on a text.
struct EvaluationRequest {
    std::vector<std::string> corpus;             ///< at least one
    std::vector<std::string> include, exclude;   ///< patterns for the files of directories
    std::optional<std::filesystem::path> model;  ///< absent: the newest
    std::vector<MixShare> mix;                   ///< models that predict together; never with it
    Given<DecodingSettings> decoding;            ///< absent: as the model's corpus was read
    Part part = Part::all;
    Protocol protocol = Protocol::both;
    std::int64_t window = 256;                           ///< characters
    bool adapt = false;                                  ///< not with the protocol `windows`
    Given<AdaptationConfig> adaptation;                  ///< only with `adapt`
    bool mix_ngram = false;                              ///< as `adapt`
    bool baseline = false;                               ///< an n-gram beside the model
    std::optional<int> baseline_order;                   ///< only with `baseline`
    std::optional<std::filesystem::path> per_character;  ///< `-` is standard output
    std::optional<std::filesystem::path> per_line;       ///< the same; at most one of both
    std::optional<std::filesystem::path> html;           ///< a page
    bool json = false;
    std::optional<Precision> precision;  ///< absent: as the model is stored
    std::optional<int> threads;

    std::string command;  ///< that asks for it, as a shell reads it, for the page; may be empty
};

}  // namespace carousel
