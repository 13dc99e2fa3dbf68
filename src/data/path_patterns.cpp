#include "data/path_patterns.hpp"

#include <algorithm>

// A pattern becomes a row of tokens, and a path is followed through all places in the row at once.
// `**/` is two tokens: between folders, where it may end, and within the name of one.

namespace carousel {

namespace {

bool is_slash(char byte) {
    return byte == '/';
}

}  // namespace

PathPattern::PathPattern(std::string_view pattern) {
    if (pattern.starts_with('!')) {
        negated_ = true;
        pattern.remove_prefix(1);
    }
    if (pattern.ends_with('/')) {
        folders_only_ = true;
        pattern.remove_suffix(1);
    }
    const bool anchored = pattern.find('/') != std::string_view::npos;
    if (pattern.starts_with('/')) pattern.remove_prefix(1);
    if (!anchored) parse("**/");
    parse(pattern);
}

void PathPattern::parse(std::string_view pattern) {
    bool begins_name = true;
    while (!pattern.empty()) {
        std::size_t used = 1;
        if (begins_name && pattern.starts_with("**/")) {
            tokens_.push_back({.kind = Kind::folders});
            tokens_.push_back({.kind = Kind::folder_name});
            pattern.remove_prefix(3);
            continue;
        }
        if (begins_name && pattern == "**") {  // everything below
            tokens_.push_back({.kind = Kind::folders});
            tokens_.push_back({.kind = Kind::folder_name});
            tokens_.push_back({.kind = Kind::star});
            return;
        }
        const char byte = pattern.front();
        if (byte == '*') {
            tokens_.push_back({.kind = Kind::star});
        } else if (byte == '?') {
            tokens_.push_back({.kind = Kind::any});
        } else if (byte == '[' && pattern.find(']', 2) != std::string_view::npos) {
            used = parse_set(pattern);
        } else if (byte == '\\' && pattern.size() > 1) {
            tokens_.push_back({.byte = pattern[1]});
            used = 2;
        } else {
            tokens_.push_back({.byte = byte});
        }
        begins_name = is_slash(byte);
        pattern.remove_prefix(used);
    }
}

// `[a-c]`, `[!a-c]`, `[]a]`. Returns how many bytes of the pattern it takes.
std::size_t PathPattern::parse_set(std::string_view pattern) {
    const bool inverted = pattern[1] == '!' || pattern[1] == '^';
    const std::size_t begin = inverted ? 2 : 1;
    const std::size_t end = pattern.find(']', begin + 1);
    const auto inside = pattern.substr(begin, end - begin);
    Token token{.kind = Kind::set};
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(inside[i]); };
    for (std::size_t i = 0; i < inside.size(); ++i) {
        unsigned last = at(i);
        if (i + 2 < inside.size() && inside[i + 1] == '-') last = at(i + 2);
        for (unsigned byte = at(i); byte <= last; ++byte) token.set.set(byte);
        if (last != at(i) || (i + 2 < inside.size() && inside[i + 1] == '-')) i += 2;
    }
    if (inverted) token.set.flip();
    token.set.reset('/');
    tokens_.push_back(token);
    return end + 1;
}

// What may be left out is passed by without a byte.
void PathPattern::close_over(std::vector<char>& places) const {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        if (!places[i]) continue;
        if (tokens_[i].kind == Kind::star) places[i + 1] = 1;
        if (tokens_[i].kind == Kind::folders) places[i + 2] = 1;
    }
}

bool PathPattern::matches(std::string_view path, bool is_folder) const {
    if (folders_only_ && !is_folder) return false;
    std::vector<char> places(tokens_.size() + 1, 0), next;
    places[0] = 1;
    close_over(places);
    for (const char byte : path) {
        next.assign(places.size(), 0);
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (!places[i]) continue;
            const Token& token = tokens_[i];
            const bool slash = is_slash(byte);
            switch (token.kind) {
                case Kind::byte:
                    if (byte == token.byte) next[i + 1] = 1;
                    break;
                case Kind::any:
                    if (!slash) next[i + 1] = 1;
                    break;
                case Kind::set:
                    if (token.set[static_cast<unsigned char>(byte)]) next[i + 1] = 1;
                    break;
                case Kind::star:
                    if (!slash) next[i] = 1;
                    break;
                case Kind::folders:
                    if (!slash) next[i + 1] = 1;
                    break;
                case Kind::folder_name:
                    next[slash ? i - 1 : i] = 1;
                    break;
            }
        }
        places.swap(next);
        close_over(places);
    }
    return places.back() != 0;
}

PathPatterns::PathPatterns(const std::vector<std::string>& patterns)
    : patterns_(patterns.begin(), patterns.end()) {}

PathPatterns PathPatterns::from_lines(std::string_view text) {
    PathPatterns all;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#') || line == "!" || line == "/") continue;
        all.patterns_.emplace_back(line);
    }
    return all;
}

std::optional<bool> PathPatterns::decide(std::string_view path, bool is_folder) const {
    for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
        if (pattern->matches(path, is_folder)) return !pattern->negated();
    }
    return std::nullopt;
}

bool PathPatterns::covers(std::string_view path) const {
    for (std::size_t end = path.find('/'); end != std::string_view::npos;
         end = path.find('/', end + 1)) {
        if (decide(path.substr(0, end), true) == true) return true;
    }
    return decide(path, false) == true;
}

}  // namespace carousel
