#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "text/text_settings.hpp"

namespace carousel {

/// Folds newlines and normalises text that is pushed in pieces of whole code points.
///
/// Law: the result does not depend on how the text is cut into pieces.
/// A run of more than 1 KiB without a place where normalisation may be cut (hundreds of combining
/// marks in a row) is normalised in parts of that size, so that memory and time stay bounded.
/// Source: UAX #15, by ICU.
class Normalizer {
public:
    explicit Normalizer(const TextSettings& settings);
    ~Normalizer();
    Normalizer(Normalizer&&) noexcept;
    Normalizer& operator=(Normalizer&&) noexcept;

    /// Appends to `out` what the text so far has made certain. Range: valid UTF-8 unless both
    /// newlines and normalisation are left alone.
    void push(std::string_view text, std::string& out);

    /// The text has ended: appends the rest; the object starts anew.
    void finish(std::string& out);

private:
    void add(std::string_view text, std::string& out);
    void add_unchanged(std::string_view text, std::string& out);
    void add_others(std::string_view text, std::string& out);
    void emit(std::size_t size, std::string& out);

    struct Form;
    std::unique_ptr<Form> form_;  // empty for Normalization::none
    bool fold_newlines_;
    bool after_return_ = false;  // the last piece ended in CR, whose line feed is already out
    std::string pending_;        // starts where the form may be cut
};

/// The whole of `text`, newlines folded and normalised. Range: valid UTF-8.
std::string normalize(std::string_view text, const TextSettings& settings);

}  // namespace carousel
