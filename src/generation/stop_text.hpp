#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/characters.hpp"
#include "text/text_settings.hpp"

namespace carousel {

/// Looks for a text that ends another one, which comes in pieces, and holds back what may become
/// it. Both are compared unit by unit, so that a stop text never begins or ends inside a character
/// of the model.
class StopText {
public:
    /// An empty `stop` is never found.
    /// Throws: std::invalid_argument for text that is not UTF-8, except with `Unit::byte`.
    StopText(std::string_view stop, Unit unit);

    /// Goes on where another one held back `held`.
    /// Throws: std::invalid_argument when that is no beginning of `stop`.
    StopText(std::string_view stop, Unit unit, std::string_view held);

    /// What `piece`, whole units, makes certain to stand before any stop text.
    std::string push(std::string_view piece);

    /// What may become the stop text.
    std::string held() const { return found_ ? std::string() : joined(0, held_); }

    /// What came in and did not come out.
    struct Withheld {
        std::size_t units = 0, bytes = 0;
    };
    Withheld withheld() const;

    /// What the stop text lacks behind what is held.
    std::string lacking() const { return joined(held_, stop_.size()); }

    /// True once the stop text has come; nothing comes out any more.
    bool found() const { return found_; }

    /// The text has ended otherwise: the rest.
    std::string finish();

private:
    std::string joined(std::size_t begin, std::size_t end) const;
    std::string take(std::string_view unit);

    std::vector<std::string> stop_;              // unit by unit
    std::vector<std::size_t> shorter_;           // by held_: the longest beginning that ends it too
    std::optional<CharacterSplitter> splitter_;  // none without a stop text
    std::size_t held_ = 0;                       // units at the front of stop_ that have come
    Withheld dropped_;                           // behind the stop text
    bool found_ = false;
};

}  // namespace carousel
