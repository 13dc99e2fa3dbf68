#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "text/repertoire.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// What a model may write: symbols and spelled characters of its repertoire, always in valid UTF-8.
/// Characters and the separator stand only between whole sequences of bytes, and a byte is allowed
/// only where it leads on to a character that may be written: in every state that allowed symbols
/// lead to, some symbol is allowed. Source: the Unicode Standard, table 3-7.
class Writable {
public:
    /// An unknown repertoire, that of an old model file, is all that the vocabulary can spell.
    Writable(const Vocabulary& vocabulary, const std::optional<Repertoire>& repertoire);

    /// Ids of the symbols that may not stand between two characters, ascending.
    const std::vector<TokenId>& never() const { return never_; }

    /// The same for text of any bytes: symbols that never had to be predicted.
    const std::vector<TokenId>& unseen() const { return unseen_; }

    /// Whether any text may be written.
    bool any() const { return any_; }

    /// Whether a character that may be written begins with the bytes `begun`, whole or not.
    bool begins(std::string_view begun) const;

private:
    struct Range {
        char32_t first, last;
    };
    void add(char32_t first, char32_t last);
    void add_all(const Vocabulary& vocabulary);

    std::vector<TokenId> never_, unseen_;
    std::vector<Range> spelled_;  // ascending, apart from each other
    bool any_ = false;
};

}  // namespace carousel
