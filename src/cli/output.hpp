#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// Whoever read standard output wants no more of it. No error: the command ends quietly.
struct OutputClosed {};

/// Standard output. What is written is on its way at once, to a pipe too.
class Output {
public:
    Output();

    bool is_terminal() const { return terminal_; }

    /// Throws: OutputClosed; InputError when the text cannot be written, as on a full disk.
    void write(std::string_view text);

    /// Ends the line if one has been begun.
    void end_line();

private:
    bool terminal_;
    bool in_line_ = false;
};

/// Rows of a table for people, each a name and its value, with the values below each other.
class Table {
public:
    /// The value is made harmless for a terminal.
    void add(std::string_view name, std::string_view value);

    /// Values that do not fit into so many columns are broken between words; absent: none is.
    std::string text(std::optional<std::size_t> columns) const;

private:
    struct Row {
        std::string name, value;
    };
    std::vector<Row> rows_;
};

}  // namespace carousel
