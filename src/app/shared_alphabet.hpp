#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "text/repertoire.hpp"
#include "text/text_settings.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// What models do together only with the same symbols under the same numbers, made of text in the
/// same way. Throws: UsageError naming the two files and how they differ.
void require_same_alphabet(const std::filesystem::path& first, const TextSettings& first_text,
                           const std::vector<Symbol>& first_symbols,
                           const std::filesystem::path& other, const TextSettings& other_text,
                           const std::vector<Symbol>& other_symbols);

/// What one of two models of one alphabet has learned to write, or both; absent where that is not
/// known of one.
std::optional<Repertoire> joint_repertoire(const std::optional<Repertoire>& one,
                                           const std::optional<Repertoire>& other);

}  // namespace carousel
