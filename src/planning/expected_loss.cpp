#include "planning/expected_loss.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

namespace {

// Everything to be fitted anew when there are more measured runs. In millions.
constexpr double k_floor = 0.27;    // of any text, however much of it there is
constexpr double k_finite = 0.623;  // what a text of a million characters cannot teach
constexpr double k_finite_power = 0.1, k_little_power = 0.1;
constexpr double k_size = 0.084, k_size_power = 0.45;
constexpr double k_text = 0.48, k_text_power = 0.21;
constexpr double k_worthy_passes = 3.75;  // after so many the same text teaches little more
constexpr double k_updates = 0.022, k_updates_power = 1.25;  // of a thousand updates
constexpr double k_noise = 0.008;                            // of updates by 2048 characters
constexpr double k_excess = 0.0075;                          // of as many weights as characters

// Of a text below a million characters the n-gram model has learned less already.
double floor_of_text(double millions) {
    if (millions < 1) return (k_floor + k_finite) * std::pow(millions, k_little_power);
    return k_floor + k_finite * std::pow(millions, -k_finite_power);
}

}  // namespace

double expected_loss(const Outlook& o) {
    constexpr double k_million = 1e6;
    const double n = o.weights / k_million, u = o.text / k_million, c = o.characters / k_million;
    const double worth = k_worthy_passes * u * -std::expm1(-c / (k_worthy_passes * u));
    const double thousands = o.characters / o.batch / 1e3;
    return o.ngram_loss / k_reference_ngram_loss *
           (floor_of_text(u) + k_size * std::pow(n, -k_size_power) +
            k_text * std::pow(worth, -k_text_power) +
            k_updates * std::pow(thousands, -k_updates_power) + k_noise * 2048 / o.batch +
            k_excess * n / u);
}

double expected_loss_uncertainty(const Outlook& o) {
    // The fit has most of its runs at a million characters of text and at least 2000 updates.
    // Of ten other kinds of text, trained for a quarter of a minute, eight ended within it.
    const double other_text = std::abs(std::log10(o.text / 1e6));
    const double few_updates = std::max(0.0, std::log10(2000 * o.batch / o.characters));
    return std::min(0.2, 0.05 + 0.1 * other_text + 0.1 * few_updates);
}

}  // namespace carousel
