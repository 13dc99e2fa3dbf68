#include "fuzz/mutation.hpp"

#include <algorithm>
#include <cstddef>

namespace carousel {

namespace {

constexpr std::size_t k_longest_input = std::size_t{1} << 16;

/// A part of a text: mostly short.
struct Piece {
    std::size_t begin, size;
};
Piece piece_of(const std::string& text, Chance& chance) {
    const std::size_t begin = chance.below(text.size() + 1);
    const std::size_t left = text.size() - begin;
    const std::size_t most = chance.one_in(4) ? left : std::min<std::size_t>(left, 16);
    return {begin, static_cast<std::size_t>(chance.below(most + 1))};
}

void overwrite_with_number(std::string& text, Chance& chance) {
    constexpr std::size_t k_widths[] = {1, 2, 4, 8};
    const std::size_t width = std::min(text.size(), chance.pick(k_widths));
    const std::size_t at = chance.below(text.size() - width + 1);
    const auto number = chance.one_in(2) ? chance.pick(k_hostile_numbers) : chance.word();
    for (std::size_t i = 0; i < width; ++i)
        text[at + i] = static_cast<char>(number >> 8 * i & 0xFF);
}

void change(std::string& text, const std::vector<std::string>& others,
            const std::vector<std::string>& words, Chance& chance) {
    const Piece part = piece_of(text, chance);
    switch (text.empty() ? 5 + chance.below(2) : chance.below(8)) {
        case 0: {
            char& byte = text[chance.below(text.size())];
            byte = static_cast<char>(byte ^ (1 << chance.below(8)));
            break;
        }
        case 1:
            text[chance.below(text.size())] = static_cast<char>(chance.below(256));
            break;
        case 2:
            overwrite_with_number(text, chance);
            break;
        case 3:
            text.erase(part.begin, part.size);
            break;
        case 4:
            text.insert(chance.below(text.size() + 1), text.substr(part.begin, part.size));
            break;
        case 5: {
            if (others.empty()) break;
            const auto& other = chance.pick(others);
            const Piece taken = piece_of(other, chance);
            text.replace(part.begin, part.size, other, taken.begin, taken.size);
            break;
        }
        case 6:
            if (!words.empty()) text.insert(chance.below(text.size() + 1), chance.pick(words));
            break;
        default:
            text.insert(part.begin, chance.below(20), text[chance.below(text.size())]);
    }
}

}  // namespace

std::string mutated(std::string input, const std::vector<std::string>& others,
                    const std::vector<std::string>& words, Chance& chance) {
    const std::uint64_t changes = 1 + chance.below(chance.one_in(4) ? 12 : 3);
    for (std::uint64_t i = 0; i < changes; ++i) change(input, others, words, chance);
    if (input.size() > k_longest_input) input.resize(k_longest_input);
    return input;
}

}  // namespace carousel
