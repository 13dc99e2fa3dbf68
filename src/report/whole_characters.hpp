#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace carousel {

/// Puts the bytes of byte models together to code points, with the sum of their surprisals, so that
/// a text of any script can be read. Characters that are whole, and bytes that belong to none, pass
/// as they are.
class WholeCharacters {
public:
    using Take = std::function<void(std::string_view character, double nats)>;

    explicit WholeCharacters(Take take) : take_(std::move(take)) {}

    /// Range: text is not empty.
    void add(std::string_view text, double nats);

    /// The text, or a document of it, has ended.
    void finish();

private:
    Take take_;
    std::string begun_;  // the first bytes of a sequence
    double nats_ = 0;
};

}  // namespace carousel
