#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "app/training_request.hpp"
#include "base/words.hpp"
#include "model/cell_kind.hpp"

namespace carousel {

/// What compared models have in common besides text and length: so many parameters, or nothing but
/// the time, in which each gets the sizes that a plan chooses for its cell.
enum class Equal : std::uint8_t { parameters, time };

template <>
inline constexpr std::array<std::string_view, 2> k_words<Equal>{"parameters", "time"};

inline constexpr int k_most_seeds = 100;

/// Trainings that differ in their cells and seeds. Of what is asked for a training, text, settings,
/// length, threads and `validate_every` count, for each of them; its seed is that of the first one,
/// its hidden size that of the reference: the lstm, or the first cell where there is none.
///
/// What is said of a comparison that is there already must agree with it; what is not said stays.
struct ComparisonRequest : TrainingRequest {
    std::optional<std::filesystem::path> folder{};  ///< absent: models/NAME-compared
    std::optional<std::filesystem::path> html{};    ///< the page; absent: comparison.html in it
    /// No cell twice. Empty: those of the comparison; of a new one `usual_cells`.
    std::vector<CellKind> cells{};
    std::optional<Equal> equal{};               ///< absent: parameters
    std::optional<int> seeds{};                 ///< for each cell; absent: as there are, else 1
    std::optional<std::uint64_t> parameters{};  ///< only where they are equal
};

/// The cells of which articles tell, as far as the program has them.
std::vector<CellKind> usual_cells();

/// `rnn,lstm,gru`. Throws: UsageError naming the option for a word that is no cell.
std::vector<CellKind> parse_cells(std::string_view option, std::string_view words);

/// Throws: UsageError for what contradicts itself.
void require_consistent(const ComparisonRequest& request);

}  // namespace carousel
