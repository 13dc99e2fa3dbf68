#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace carousel {

/// The words that stand for the values of an enumeration, in the order of its declaration: in
/// options, model files, JSON and pages alike. An enumeration's own stand beside it.
template <typename Enumeration>
inline constexpr std::array<std::string_view, 0> k_words{};

/// An enumeration whose values have words.
template <typename T>
concept Worded = !k_words<T>.empty();

/// The word for a value.
template <Worded Enumeration>
constexpr std::string_view format_value(Enumeration value) {
    return k_words<Enumeration>[static_cast<std::size_t>(value)];
}

}  // namespace carousel
