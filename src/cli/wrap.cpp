#include "cli/wrap.hpp"

#include <algorithm>

#include "text/printable.hpp"

namespace carousel {

namespace {

// Where the word at the front ends.
std::size_t word_length(std::string_view text) {
    const auto close = text.starts_with('`') ? text.find('`', 1) : std::string_view::npos;
    return std::min(text.find(' ', close == std::string_view::npos ? 0 : close), text.size());
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t column,
                    std::size_t indent) {
    std::string out;
    bool begun = column > indent;
    while (!text.empty()) {
        const auto end = word_length(text);
        const auto columns = display_width(text.substr(0, end));
        if (begun && column + 1 + columns > width) {
            while (out.ends_with(' ')) out.pop_back();
            out += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (begun) {
            out += ' ';
            ++column;
        }
        out += text.substr(0, end);
        column += columns;
        begun = column > indent;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string wrapped_lines(std::string_view text, std::size_t width) {
    std::string out;
    for (bool last = false; !last;) {
        const auto end = std::min(text.find('\n'), text.size());
        last = end == text.size();
        const auto line = text.substr(0, end);
        const auto indent = std::min({line.find_first_not_of(' '), line.size(), width / 2});
        out += line.substr(0, indent);
        out += wrapped(line.substr(indent), width, indent, indent);
        if (!last) out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace carousel
