#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/characters.hpp"
#include "text/text_settings.hpp"

namespace carousel {

/// Lets unordered containers of strings be asked with a string_view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

/// How often each character occurs in a text pushed in pieces.
/// Throws: InputError when there are more than 2^20 different clusters (or 32 MiB of them).
class CharacterCounts {
public:
    explicit CharacterCounts(Unit unit);

    /// Range: whole code points of valid UTF-8, except for `Unit::byte`.
    void push(std::string_view text);

    /// A document has ended.
    void finish();

    /// Counts a character that was counted elsewhere. Range: one character of the unit.
    void add(std::string_view character, std::uint64_t count);

    /// All characters counted.
    std::uint64_t total() const;

    /// Characters and their counts, sorted by bytes.
    std::vector<std::pair<std::string, std::uint64_t>> sorted() const;

private:
    void count_bytes(std::string_view text);
    void count_code_points(std::string_view text);
    void count_clusters();
    void add_cluster(std::string_view cluster, std::uint64_t count);

    Unit unit_;
    CharacterSplitter splitter_;
    std::array<std::array<std::uint64_t, 256>, 4> bytes_{};  // ASCII or bytes; tables take turns
    std::vector<std::uint64_t> code_points_;                 // from U+0080
    std::unordered_map<std::string, std::uint64_t, StringHash, std::equal_to<>> clusters_;
    std::size_t cluster_bytes_ = 0;
};

}  // namespace carousel
