#pragma once

#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "fuzz/chance.hpp"
#include "snapshot/fields.hpp"

namespace carousel {

/// Texts that a file may carry to a terminal, a page or a path.
inline const std::vector<std::string> k_hostile_texts{"",
                                                      "\x1b[2J\x1b]0;x\a",
                                                      "\xC2\x9B"
                                                      "31m",
                                                      "\x9B"
                                                      "31m",
                                                      "a\xE2\x80\xAE"
                                                      "txt.exe",
                                                      "</td><script>alert(1)</script>",
                                                      "&quot;\" onload='x",
                                                      std::string(300, 'x'),
                                                      std::string(5000, 'y'),
                                                      std::string("nul\0nul", 7),
                                                      "\xEF\xBF\xBE",
                                                      "\xED\xA0\x80",
                                                      "\n\r\t",
                                                      "%s%n{}{0}"};

/// Changes one number, word, flag, text or length of list of a snapshot, as its grammar lists them,
/// into something hostile.
class OneChange {
public:
    static void make(Snapshot& snapshot, Chance& chance) {
        OneChange count(chance, std::nullopt);
        count.visit(snapshot);
        OneChange change(chance, chance.below(count.seen_));
        change.visit(snapshot);
    }

private:
    OneChange(Chance& chance, std::optional<std::uint64_t> chosen)
        : chance_(chance), chosen_(chosen) {}

    bool here() { return seen_++ == chosen_; }

    template <class T>
    void visit(T& value) {
        if constexpr (Recorded<T>) {
            for_each_field<T>([&](const auto& field) { visit(value.*field.place); });
        } else if constexpr (Described<T>) {
            for_each_setting<T>([&](const auto& setting) { visit(value.*setting.field); });
        } else if constexpr (std::is_enum_v<T>) {
            if (here()) value = static_cast<T>(chance_.below(k_words<T>.size()));
        } else if constexpr (std::same_as<T, bool>) {
            if (here()) value = !value;
        } else if constexpr (std::is_arithmetic_v<T>) {
            if (here()) value = number(value);
        } else if constexpr (std::same_as<T, Sha256Digest>) {
            if (here()) value[chance_.below(value.size())] ^= 1;
        } else if constexpr (std::same_as<T, std::string>) {
            if (here()) value = chance_.pick(k_hostile_texts);
        }
    }

    template <class T>
    void visit(std::optional<T>& value) {
        if (here()) value ? value.reset() : void(value.emplace());
        if (value) visit(*value);
    }

    template <class T>
    void visit(std::vector<T>& list) {
        if (here()) resize(list);
        if (list.empty()) return;
        if constexpr (std::is_arithmetic_v<T>) {
            if (here()) {
                T& value = list[chance_.below(list.size())];
                value = number(value);
            }
        } else {
            for (T& item : list) visit(item);
        }
    }

    template <class T>
    void resize(std::vector<T>& list) {
        switch (list.empty() ? 0 : chance_.below(4)) {
            case 0:
                list.emplace_back();
                break;
            case 1:
                list.pop_back();
                break;
            case 2:
                list.resize(list.size() + 3000, T(list.back()));
                break;
            default:
                std::swap(list.front(), list.back());
        }
    }

    template <class T>
    T number(T before) {
        if constexpr (std::is_floating_point_v<T>) {
            using Limits = std::numeric_limits<T>;
            const T hostile[] = {0,
                                 T(-0.0),
                                 T(-1),
                                 T(1),
                                 T(0.5),
                                 T(1e12),
                                 Limits::max(),
                                 -Limits::max(),
                                 Limits::min(),
                                 Limits::denorm_min(),
                                 Limits::epsilon(),
                                 Limits::infinity(),
                                 Limits::quiet_NaN(),
                                 before * T(1 + 1e-7),
                                 -before};
            return chance_.pick(hostile);
        } else {
            if (chance_.one_in(3)) {  // wraps around
                const std::uint64_t step = chance_.one_in(2) ? 1 : ~std::uint64_t{0};
                return static_cast<T>(static_cast<std::uint64_t>(before) + step);
            }
            return static_cast<T>(chance_.pick(k_hostile_numbers));
        }
    }

    Chance& chance_;
    std::optional<std::uint64_t> chosen_;
    std::uint64_t seen_ = 0;
};

}  // namespace carousel
