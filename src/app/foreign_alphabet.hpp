#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "text/repertoire.hpp"
#include "text/text_settings.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// Where the alphabet of a model is told that Carousel has not trained. At most one of the first
/// three is given; none means the 256 bytes.
struct AlphabetSource {
    std::optional<std::string> alphabet{};  ///< its characters in the order of their numbers
    std::optional<std::filesystem::path> vocabulary{};  ///< JSON
    std::optional<std::filesystem::path> text{};        ///< its distinct characters, sorted
    std::optional<std::string> separator{};  ///< what the alphabet calls the end of a document
    std::optional<std::string> start{};      ///< what is read in its place where there is none
};

/// An alphabet of Carousel made of somebody else's.
struct ForeignAlphabet {
    TextSettings text;
    std::vector<Symbol> symbols;
    Repertoire repertoire;
    std::vector<std::size_t> rows;   ///< of each symbol, in the tensors of the file
    bool has_separator = false;      ///< else symbol 0 is added, and rows[0] is what it reads like
    std::vector<std::string> notes;  ///< whole sentences
};

/// The symbols of a model with so many. Names longer than a character, such as `<unk>`, become
/// characters of private use that are never written.
/// Throws: UsageError when the sources say too little or too much; InputError when a file cannot be
/// read or says something else than a vocabulary.
ForeignAlphabet foreign_alphabet(const AlphabetSource& source, std::size_t symbols);

/// Gives embedding and output layer their rows in the order of the new alphabet. An added separator
/// reads like its row and is, as good as, never foreseen.
void rearrange(const ForeignAlphabet& alphabet, LanguageModelConfig& config,
               std::vector<NamedTensor>& weights);

}  // namespace carousel
