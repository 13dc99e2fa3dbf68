#include "app/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace carousel {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Row i holds the distances of a's first i letters to every start of b; a swap looks two rows
    // back.
    std::vector<std::size_t> two_back, back, row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        two_back = std::exchange(back, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = back[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, back[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], two_back[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

namespace {

// What other programs call what is here.
using Names = std::pair<std::string_view, std::string_view>;
constexpr std::array k_other_names{
    Names{"rnn-size", "hidden-size"}, Names{"seq-length", "window"},
    Names{"block-size", "window"},    Names{"bptt", "window"},
    Names{"num-layers", "layers"},    Names{"max-iters", "steps"},
    Names{"iterations", "steps"},     Names{"dropout", "dropout-output"},
    Names{"start", "prompt"},         Names{"primetext", "prompt"},
    Names{"num-samples", "count"},    Names{"max-new-tokens", "length"},
    Names{"checkpoint", "model"},     Names{"init-from", "from"},
    Names{"sample", "generate"},      Names{"write", "generate"},
    Names{"learn", "train"},          Names{"info", "inspect"},
    Names{"test", "evaluate"}};

std::string initials(std::string_view word) {
    std::string letters;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (word[i] != '-' && (i == 0 || word[i - 1] == '-')) letters += word[i];
    return letters;
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view given,
                                             const std::vector<std::string_view>& words) {
    std::string word(given);
    std::ranges::replace(word, '_', '-');
    for (const auto& [theirs, ours] : k_other_names)
        if (theirs == word && std::ranges::find(words, ours) != words.end()) return ours;
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
    for (const auto candidate : words) {
        const bool short_for =
            word.size() >= 2 && (candidate.starts_with(word) || initials(candidate) == word);
        const std::size_t distance = short_for ? 0 : edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace carousel
