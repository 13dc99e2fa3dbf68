#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// A pattern of paths as in a line of a `.gitignore`: `*`, `?` and `[a-z]` stay within one name,
/// `**` stands for any folders; a pattern without a slash matches a name at any depth, one that
/// ends in a slash folders only; `!` in front turns it round.
///
/// Complexity: length of the pattern times length of the path, whatever both are.
/// Source: gitignore(5).
class PathPattern {
public:
    explicit PathPattern(std::string_view pattern);

    bool negated() const { return negated_; }

    /// `path` is relative, its names separated by slashes.
    bool matches(std::string_view path, bool is_folder) const;

private:
    enum class Kind : std::uint8_t { byte, any, set, star, folders, folder_name };
    struct Token {
        Kind kind = Kind::byte;
        char byte = 0;
        std::bitset<256> set{};
    };
    void parse(std::string_view pattern);
    std::size_t parse_set(std::string_view pattern);
    void close_over(std::vector<char>& places) const;

    std::vector<Token> tokens_;
    bool negated_ = false, folders_only_ = false;
};

/// Patterns of which the last that matches decides.
class PathPatterns {
public:
    /// The lines of a `.gitignore`: empty ones and comments are none.
    static PathPatterns from_lines(std::string_view text);

    explicit PathPatterns(const std::vector<std::string>& patterns = {});

    bool empty() const { return patterns_.empty(); }

    /// Whether the path is matched (true) or expressly not (false); absent where no pattern speaks
    /// of it.
    std::optional<bool> decide(std::string_view path, bool is_folder) const;

    /// Whether a file or one of the folders that it lies in is matched.
    bool covers(std::string_view path) const;

private:
    std::vector<PathPattern> patterns_;
};

}  // namespace carousel
