#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/places.hpp"
#include "text/utf8.hpp"

namespace carousel {

/// `text` cut every `size` bytes.
inline std::vector<std::string_view> byte_pieces(std::string_view text, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < text.size(); i += size) pieces.push_back(text.substr(i, size));
    return pieces;
}

/// `text` cut into the whole code points that become complete every `size` bytes.
inline std::vector<std::string_view> code_point_pieces(std::string_view text, std::size_t size) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    for (std::size_t end = size; begin < text.size(); end += size) {
        std::size_t cut = end < text.size() ? end : text.size();
        while (cut > begin && cut < text.size() && is_continuation(text[cut])) --cut;
        if (cut > begin) pieces.push_back(text.substr(begin, cut - begin));
        begin = cut;
    }
    return pieces;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The content of a file that a test needs; the test fails without it.
inline std::string required_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.is_open(),
                    path << " is missing (Debian package unicode-data has the files of "
                            "/usr/share/unicode)");
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Verses in many scripts, with emoji sequences and stacked marks.
inline std::string polyglot() {
    return required_file((source_root() / "corpora/polyglot.txt").string());
}

/// Short texts in which piece edges, normalisation and clusters are at odds.
inline std::vector<std::string> awkward_texts() {
    return {"",
            "a",
            "\r",
            "\n",
            "a\r\nb\rc\n\rd\r\r\n",
            "\r\n\r\n",
            "e\u0301\u0323 e\u0323\u0301",
            "\u0301leading mark",
            "\u1112\u1161\u11ab\uae00",
            "\u0915\u094d\u0937\u093f \u0928\u093f",
            "\U0001F468\u200D\U0001F469\u200D\U0001F467\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA"
            "\U0001F1E6",
            "\ufb01 \u2460 \uff21 \u00bd \u212b",
            "\u0600prepend \u0600\r\n",
            "plain ASCII words, sixteen and more, then e\u0301 and \u65e5\u672c plain again for a "
            "while"};
}

}  // namespace carousel
