#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace carousel {

/// Looks for a text that ends another one, which comes in pieces, and holds back what may become
/// it.
class StopText {
public:
    /// An empty `stop` is never found.
    explicit StopText(std::string stop) : stop_(std::move(stop)) {}

    /// Goes on where another one held back `held`.
    /// Throws: std::invalid_argument when that is no beginning of `stop`.
    StopText(std::string stop, std::string held);

    /// What `piece` makes certain to stand before any stop text.
    std::string push(std::string_view piece);

    /// What may become the stop text.
    const std::string& held() const { return held_; }

    /// True once the stop text has come; nothing comes out any more.
    bool found() const { return found_; }

    /// The stop text and what stood behind it in its last piece.
    const std::string& dropped() const { return dropped_; }

    /// The text has ended otherwise: the rest.
    std::string finish();

private:
    std::string stop_;
    std::string held_;
    std::string dropped_;
    bool found_ = false;
};

}  // namespace carousel
