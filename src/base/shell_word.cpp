#include "base/shell_word.hpp"

#include <fmt/format.h>

#include "base/shown_path.hpp"

namespace carousel {

namespace {

constexpr std::string_view k_plain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

bool is_plain(std::string_view text) {
    // A shell expands `=name` (zsh) and nothing else that is made of these.
    return !text.empty() && text.front() != '=' &&
           text.find_first_not_of(k_plain) == std::string_view::npos;
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

// Each byte that is no printable ASCII in octal, which ends after three digits.
std::string escaped(std::string_view text) {
    std::string out = "$'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
        if (c == '\'' || c == '\\')
            out += fmt::format("\\{}", c);
        else if (byte < 0x20 || byte > 0x7E)
            out += fmt::format("\\{:03o}", byte);
        else
            out += c;
    }
    return out + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    return shown_path(text) == text ? quoted(text) : escaped(text);
}

std::string shell_path(const std::filesystem::path& path) {
    const auto& name = path.native();
    return shell_word(name.starts_with('-') && name != "-" ? "./" + name : name);
}

}  // namespace carousel
