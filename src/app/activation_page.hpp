#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/activation_report.hpp"

namespace carousel {

/// A page that shows what the units of a model do on a text.
struct ActivationPage {
    std::string html;
    std::size_t characters = 0;  ///< so many are shown; all that was found is of the whole text
};

/// At most so many characters of a text are shown, fewer of a large model: the page computes what
/// its units do at each, which takes a byte of the browser's memory for each signal of each unit.
inline constexpr std::size_t k_most_shown = 10'000, k_most_shown_bytes = std::size_t{24} << 20;

/// `title` is any text. The page holds the text, what was found in it, the model with weights of 8
/// bits, as a page that writes has it, and the name that was given to it; no path.
ActivationPage activation_page(const ActivationReport& report, const LoadedModel& loaded,
                               std::string_view title);

struct WrittenActivations {
    std::uintmax_t bytes = 0;
    std::size_t characters = 0;
};

/// Writes the page that was asked for. Throws: InputError when it cannot be written.
WrittenActivations write_activation_page(const UnitsFound& found, const ActivationRequest& request);

}  // namespace carousel
