#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace carousel {

/// Fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, no
/// place being edited twice. Source: Damerau 1964; Oommen & Loke 1997 (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The word that somebody may have meant by `word`: one that other programs call so, that starts
/// with it or has its letters as initials (`lr` for `learning-rate`); else the nearest by edits;
/// the first among equals. Absent when the nearest has little in common with it.
std::optional<std::string_view> nearest_word(std::string_view word,
                                             const std::vector<std::string_view>& words);

}  // namespace carousel
