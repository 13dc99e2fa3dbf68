#include "app/corpus_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "app/corpus_arguments.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr std::string_view k_blank = " \t\r\n";

// The first line that is not blank, without the blanks around it.
std::string_view first_line(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(k_blank), text.size()));
    text = text.substr(0, text.find('\n'));
    return text.substr(0, text.find_last_not_of(k_blank) + 1);
}

// Three words at most, or the start of what is written without blanks.
std::string_view first_words(std::string_view line) {
    constexpr std::size_t k_words = 3, k_columns = 24;
    std::size_t end = 0;
    for (std::size_t word = 0; word < k_words && end < line.size(); ++word) {
        const auto next = std::min(line.find_first_of(k_blank, end + 1), line.size());
        if (display_width(line.substr(0, next)) > k_columns) break;
        end = next;
    }
    return end > 0 ? line.substr(0, end) : cut_to_width(line, k_columns / 2);
}

// Where the first word of a shell's command ends: at a blank that is not quoted.
std::size_t end_of_word(std::string_view command) {
    bool quoted = false;
    for (std::size_t i = 0; i < command.size(); ++i) {
        if (command[i] == '\\') {
            ++i;
        } else if (command[i] == '\'') {
            quoted = !quoted;
        } else if (command[i] == ' ' && !quoted) {
            return i;
        }
    }
    return command.size();
}

// A word of it whose path, if it is one, has lost its folders: what stands before the path (a
// quote, or the name of an option) stays.
std::string name_in(std::string_view word) {
    std::string_view before, after;
    const auto slash = word.find('/');
    const auto equals = word.substr(0, slash).find('=');
    std::size_t begin = word.starts_with("--") && equals < slash ? equals + 1 : 0;
    if (word.substr(begin).starts_with("$'"))
        begin += 2;
    else if (word.substr(begin).starts_with("'"))
        begin += 1;
    auto path = word.substr(begin);
    before = word.substr(0, begin);
    if (!before.empty() && before.ends_with('\'') && path.ends_with('\'')) {
        after = path.substr(path.size() - 1);
        path.remove_suffix(1);
    }
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (const auto last = path.rfind('/'); last != std::string_view::npos && path.size() > 1)
        path.remove_prefix(last + 1);
    return std::string(before) + std::string(path) + std::string(after);
}

}  // namespace

std::string shown_paths(const std::vector<std::string>& paths) {
    constexpr std::size_t k_most = 20;
    if (paths.empty()) return "the text that comes with the program";
    std::vector<std::string> shown;
    for (const auto& path : paths) {
        if (shown.size() == k_most) break;
        shown.push_back(shown_path(path));
    }
    const auto more = paths.size() - shown.size();
    return fmt::format("{}{}", fmt::join(shown, ", "),
                       more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string without_folders(std::string_view command) {
    std::string out;
    while (!command.empty()) {
        const auto word = command.substr(0, end_of_word(command));
        out += name_in(word);
        command.remove_prefix(word.size());
        const auto blanks = std::min(command.find_first_not_of(' '), command.size());
        out += command.substr(0, blanks);
        command.remove_prefix(blanks);
    }
    return out;
}

std::size_t shared_folder(const std::vector<std::string>& files) {
    if (files.empty()) return 0;
    auto shared = files.front().rfind('/') + 1;  // 0 where there is no slash
    for (const auto& file : files) {
        const auto alike = std::ranges::mismatch(file, files.front()).in1 - file.begin();
        if (static_cast<std::size_t>(alike) < shared)
            shared = file.substr(0, static_cast<std::size_t>(alike)).rfind('/') + 1;
    }
    return shared;
}

std::string title_of(const std::vector<std::string>& stored) {
    constexpr std::size_t k_most = 3;
    const auto paths = corpus_arguments(stored).paths;
    if (paths.empty()) return "the text that comes with the program";
    std::string title;
    for (std::size_t i = 0; i < std::min(paths.size(), k_most); ++i) {
        auto path = std::filesystem::path(paths[i]).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
        title +=
            (i > 0 ? ", " : "") + (paths[i] == "-" ? "standard input" : path.filename().string());
    }
    return paths.size() > k_most ? fmt::format("{} and {} more", title, paths.size() - k_most)
                                 : title;
}

std::string beginning_of(const Corpus& corpus) {
    constexpr std::uint64_t k_looked_at = 400;
    std::vector<TokenId> ids(std::min(corpus.tokens(), k_looked_at));
    corpus.copy(0, ids);
    const auto text = corpus.tokenizer().decode(ids);
    const std::string words(
        first_words(first_line(std::string_view(text).substr(0, valid_utf8_prefix(text)))));
    if (printable(words) != words) return {};
    try {
        corpus.tokenizer().encode(words);
    } catch (const UsageError&) {
        return {};  // cut inside a cluster
    }
    return words;
}

}  // namespace carousel
