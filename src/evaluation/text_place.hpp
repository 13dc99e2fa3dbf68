#pragma once

#include <cstdint>
#include <vector>

#include "data/corpus.hpp"

namespace carousel {

/// Walks through a corpus and tells where in its documents it stands.
class TextPlace {
public:
    /// At the first token. `corpus` must outlive the object.
    explicit TextPlace(const Corpus& corpus);

    /// Goes on to a token. Range: not before the place where it stands, at most tokens().
    void go_to(std::uint64_t index);

    std::uint64_t document() const { return document_; }    ///< from 0, in the corpus's order
    std::uint64_t line() const { return line_; }            ///< in the document, from 1
    std::uint64_t character() const { return character_; }  ///< in the corpus, from 0

private:
    const Corpus& corpus_;
    std::vector<bool> ends_line_;  // by id
    std::uint64_t index_ = 0, documents_ = 0, document_ = 0, line_ = 1, character_ = 0;
};

}  // namespace carousel
