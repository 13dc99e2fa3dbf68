#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "text/utf8.hpp"

namespace carousel {

/// A small part of an XML parser: what is wrong with a page of HTML that is written as XML, empty
/// when nothing is. Elements must nest and close, attributes stand in double quotes, references be
/// among the five of XML or `&#39;`, and nothing be a control character, a noncharacter or invalid
/// UTF-8.
class WellFormed {
public:
    static std::string flaw(std::string_view page) {
        WellFormed parser(page);
        parser.parse();
        return parser.flaw_;
    }

private:
    explicit WellFormed(std::string_view page) : rest_(page) {}

    void fail(const std::string& what) {
        if (flaw_.empty()) flaw_ = what + " before: " + std::string(rest_.substr(0, 60));
    }

    void parse() {
        constexpr std::string_view k_type = "<!DOCTYPE html>\n";
        if (rest_.starts_with(k_type)) rest_.remove_prefix(k_type.size());
        if (valid_utf8_prefix(rest_) != rest_.size()) fail("invalid UTF-8");
        for (const char c : rest_) {
            const auto byte = static_cast<unsigned char>(c);
            if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) fail("a control byte");
        }
        forbidden_characters();
        while (!rest_.empty() && flaw_.empty()) rest_.front() == '<' ? tag() : text();
        if (!open_.empty()) fail("not closed: " + open_.back());
    }

    // XML forbids U+FFFE and U+FFFF, HTML all noncharacters and the controls of C1.
    void forbidden_characters() {
        if (!flaw_.empty()) return;
        for (std::size_t at = 0; at < rest_.size(); at += utf8_length(rest_[at])) {
            const char32_t c = code_point_at(rest_, at);
            if ((c >= 0x80 && c < 0xA0) || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE)
                fail("a forbidden character");
        }
    }

    void text() {
        const auto end = std::min(rest_.find('<'), rest_.size());
        references(rest_.substr(0, end));
        rest_.remove_prefix(end);
    }

    void references(std::string_view text) {
        if (text.find('>') != std::string_view::npos && !open_.empty() && open_.back() != "style")
            fail("a bare >");
        for (auto at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
            const auto rest = text.substr(at);
            const bool known = std::any_of(
                std::begin(k_references), std::end(k_references),
                [&](std::string_view known_one) { return rest.starts_with(known_one); });
            if (!known) fail("a bare &");
        }
    }

    static bool is_name(char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
    }

    std::string name() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name);
        std::string found(rest_.begin(), end);
        rest_.remove_prefix(found.size());
        return found;
    }

    void tag() {
        rest_.remove_prefix(1);
        if (rest_.starts_with('/')) {
            rest_.remove_prefix(1);
            const auto closed = name();
            if (open_.empty() || open_.back() != closed) return fail("closes " + closed);
            open_.pop_back();
            if (!rest_.starts_with('>')) return fail("no end of a tag");
            rest_.remove_prefix(1);
            return;
        }
        const auto opened = name();
        if (opened.empty()) return fail("no name of a tag");
        while (rest_.starts_with(' ')) {
            rest_.remove_prefix(1);
            if (name().empty() || !rest_.starts_with("=\"")) return fail("no value");
            const auto end = rest_.find('"', 2);
            if (end == std::string_view::npos) return fail("no end of a value");
            references(rest_.substr(2, end - 2));
            rest_.remove_prefix(end + 1);
        }
        const bool empty = rest_.starts_with('/');
        if (empty) rest_.remove_prefix(1);
        if (!rest_.starts_with('>')) return fail("no end of a tag");
        rest_.remove_prefix(1);
        if (!empty) open_.push_back(opened);
    }

    static constexpr std::string_view k_references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    std::string_view rest_;
    std::vector<std::string> open_;
    std::string flaw_;
};

/// The words of a page that could load, run or lead to something outside of it.
inline std::string reach(std::string_view page) {
    for (const char* word : {"<script", "<link", "<img", "<iframe", "<object", "<a ",
                             " src=", " href=", " on", "url(", "@import", "javascript:", "xmlns"}) {
        for (auto at = page.find(word); at != std::string_view::npos;
             at = page.find(word, at + 1)) {
            // " on" is a word of the text; as an attribute it stands within a tag.
            const auto open = page.rfind('<', at), close = page.rfind('>', at);
            const bool inside =
                open != std::string_view::npos && (close == std::string_view::npos || open > close);
            if (std::string_view(word) == " on" && !(inside && page[open] == '<')) continue;
            // A link within the page.
            if (page.substr(at).starts_with("<a href=\"#") ||
                page.substr(at).starts_with(" href=\"#"))
                continue;
            return word;
        }
    }
    return {};
}

}  // namespace carousel
