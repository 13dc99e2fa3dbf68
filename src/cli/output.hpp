#pragma once

#include <filesystem>
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

/// Whether two paths name one file, also before it is made.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& two);

/// Refuses a file that `option` must not write: what is no regular file, what lies where nothing
/// can be written, and any of `kept`, which the command reads or writes. `-` is standard output and
/// allowed.
/// Throws: UsageError.
void require_output_file(std::string_view option, const std::filesystem::path& file,
                         const std::vector<std::filesystem::path>& kept);

/// The paths of a corpus for messages, made harmless for a terminal.
std::string shown_paths(const std::vector<std::string>& paths);

/// Rows of a table for people, each a name and its value, with the values below each other.
class Table {
public:
    void add(std::string_view name, std::string_view value);
    std::string text() const;

private:
    struct Row {
        std::string name, value;
    };
    std::vector<Row> rows_;
};

}  // namespace carousel
