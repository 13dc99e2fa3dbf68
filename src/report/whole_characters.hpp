#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "report/predicted_character.hpp"

namespace carousel {

/// Puts the bytes of byte models together to code points, with the sum of their surprisals and what
/// was likely in the place of the first byte, so that a text of any script can be read. Characters
/// that are whole, and bytes that belong to none, pass as they are.
class WholeCharacters {
public:
    using Take = std::function<void(const PredictedCharacter& character)>;

    explicit WholeCharacters(Take take) : take_(std::move(take)) {}

    /// Range: its text is not empty.
    void add(const PredictedCharacter& character);

    /// The text, or a document of it, has ended.
    void finish();

private:
    void begin(const PredictedCharacter& character);

    Take take_;
    std::string begun_;  // the first bytes of a sequence
    double nats_ = 0;
    std::vector<LikelyText> likely_;  // in the place of the first of them
};

}  // namespace carousel
