#include "library/setting_names.hpp"

#include <algorithm>

namespace carousel {

namespace {

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

bool belongs_to_name(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/// The name of the option at the front of `text`, without its dashes; empty where none stands.
std::string_view option_name(std::string_view text) {
    constexpr std::string_view k_dashes = "--";
    if (!text.starts_with(k_dashes)) return {};
    text.remove_prefix(k_dashes.size());
    if (text.empty() || !is_letter(text.front())) return {};
    const auto end = std::ranges::find_if_not(text, belongs_to_name);
    text = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    return text.substr(0, text.find_last_not_of('-') + 1);
}

}  // namespace

std::string with_setting_names(std::string_view message) {
    std::string told;
    bool command = false;
    for (std::size_t at = 0; at < message.size();) {
        const bool begins = at == 0 || !belongs_to_name(message[at - 1]);
        const auto name = begins && !command ? option_name(message.substr(at)) : "";
        if (name.empty()) {
            if (message[at] == '`') command = !command;
            told += message[at++];
            continue;
        }
        told.append("\"").append(name).append("\"");
        at += 2 + name.size();
    }
    return told;
}

}  // namespace carousel
