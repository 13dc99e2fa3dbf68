#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace carousel {

/// Choices that follow from a seed and a number alone, one after the other.
class Chance {
public:
    Chance(std::uint64_t seed, std::uint32_t number)
        : key_{seed, RandomPurpose::benchmark, number} {}

    /// Range: bound ≥ 1.
    std::uint64_t below(std::uint64_t bound) { return random_below(key_, position_++, bound); }

    bool one_in(std::uint64_t times) { return below(times) == 0; }

    std::uint64_t word() { return std::uint64_t{draw()} << 32 | draw(); }

    template <class Items>
    const auto& pick(const Items& items) {
        return items[below(std::size(items))];
    }

private:
    std::uint32_t draw() { return random_word(key_, position_++); }

    RandomKey key_;
    std::uint64_t position_ = 0;
};

/// Choices that the bytes of an input make, so that an input tells all that is done with it: each
/// takes a byte from the front; where none is left, it is the first choice.
class Choices {
public:
    explicit Choices(std::string_view bytes) : rest_(bytes) {}

    /// Range: bound in [1, 256].
    std::size_t below(std::size_t bound) {
        if (rest_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return byte % bound;
    }

    template <class Items>
    const auto& pick(const Items& items) {
        return items[below(std::size(items))];
    }

    /// What no choice has taken.
    std::string_view rest() const { return rest_; }

    /// The next bytes, at most `count`.
    std::string_view take(std::size_t count) {
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

private:
    std::string_view rest_;
};

/// Numbers at which programs go wrong.
inline constexpr std::array<std::uint64_t, 16> k_hostile_numbers{
    0,      1,      2,        3,        7,   0x7F,       0x80,       0xFF,
    0x7FFF, 0xFFFF, 1U << 20, 1U << 31, ~0U, 1ULL << 40, 1ULL << 63, ~0ULL};

}  // namespace carousel
