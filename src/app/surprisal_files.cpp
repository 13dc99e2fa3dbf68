#include "app/surprisal_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numbers>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_piece = std::size_t{1} << 16;  // bytes

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

double bits(double nats) {
    return nats / std::numbers::ln2;
}

/// A character as a JSON string, escaped where a terminal or a line of a table needs it. Bytes of
/// byte models stand as the code points of the same numbers.
std::string json_string(std::string_view character, Unit unit) {
    std::string text(character);
    const auto byte = static_cast<unsigned char>(text.front());
    if (unit == Unit::byte && byte >= 0x80) return fmt::format("\"\\u{:04x}\"", byte);
    const bool plain = text.find_first_of("\"\\") == std::string::npos &&
                       printable(text, Whitespace::escape) == text;
    if (plain) return '"' + text + '"';
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void save_list(auto& list, OwnFile kind, const std::filesystem::path& path,
               const WriteBytes& output) {
    if (path == "-") return list.write(output);
    replace_file(path, kind, [&](const WriteBytes& write) { list.write(write); });
}

}  // namespace

CharacterList::CharacterList(const Corpus& corpus, const std::filesystem::path& scratch_folder)
    : corpus_(corpus), place_(corpus), rows_(scratch_folder) {
    row_ = k_character_list_head;
}

void CharacterList::add(const CharacterSurprisal& character) {
    place_.go_to(character.index);
    fmt::format_to(std::back_inserter(row_), "{}\t{}\t{}\t{}\t{:.6f}\t{:.6f}\n", place_.character(),
                   printable(corpus_.document_names()[place_.document()], Whitespace::escape),
                   place_.line(), json_string(character.text, corpus_.tokenizer().settings().unit),
                   character.nats, bits(character.nats));
    if (row_.size() < k_piece) return;
    rows_.append(bytes_of(row_));
    row_.clear();
}

void CharacterList::write(const WriteBytes& write) {
    rows_.append(bytes_of(row_));
    row_.clear();
    std::vector<std::byte> piece(k_piece);
    for (std::uint64_t at = 0; at < rows_.size();) {
        const std::size_t size = rows_.read_at(at, piece);
        write(std::span(piece).first(size));
        at += size;
    }
}

LineList::LineList(const Corpus& corpus, const std::filesystem::path& scratch_folder)
    : corpus_(corpus), place_(corpus), texts_(scratch_folder) {}

void LineList::add(const CharacterSurprisal& character) {
    place_.go_to(character.index);
    if (place_.document() != line_.document || place_.line() != line_.number) {
        end_line();
        line_ = {.document = place_.document(), .number = place_.line()};
    }
    line_.characters += 1;
    line_.nats += character.nats;
    text_ += character.text;
}

// The newline that ends a line belongs to it, and is not shown.
void LineList::end_line() {
    if (line_.characters == 0) return;
    while (text_.ends_with('\n') || text_.ends_with('\r')) text_.pop_back();
    const std::string shown = printable(text_, Whitespace::escape);
    line_.text_begin = texts_.size();
    line_.text_size = shown.size();
    texts_.append(bytes_of(shown));
    text_.clear();
    lines_.push_back(line_);
}

void LineList::write(const WriteBytes& write) {
    end_line();
    line_ = {};
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
        return a.nats * static_cast<double>(b.characters) >
               b.nats * static_cast<double>(a.characters);
    });
    write(bytes_of(k_line_list_head));
    std::string text;
    for (const Line& line : lines_) {
        text.resize(line.text_size);
        texts_.read_at(line.text_begin, std::as_writable_bytes(std::span(text)));
        const double all = bits(line.nats);
        write(bytes_of(fmt::format(
            "{:.4f}\t{:.2f}\t{}\t{}\t{}\t{}\n", all / static_cast<double>(line.characters), all,
            line.characters, printable(corpus_.document_names()[line.document], Whitespace::escape),
            line.number, text)));
    }
}

SurprisalFiles::SurprisalFiles(Paths paths, const Corpus& corpus,
                               const std::filesystem::path& scratch_folder)
    : paths_(std::move(paths)) {
    if (paths_.per_character) characters_.emplace(corpus, scratch_folder);
    if (paths_.per_line) lines_.emplace(corpus, scratch_folder);
}

SurprisalVisitor SurprisalFiles::visitor() {
    if (!characters_ && !lines_) return {};
    return [this](const CharacterSurprisal& character) {
        if (characters_) characters_->add(character);
        if (lines_) lines_->add(character);
    };
}

bool SurprisalFiles::fill_output() const {
    return paths_.per_character == "-" || paths_.per_line == "-";
}

void SurprisalFiles::save(const WriteBytes& output) {
    std::string failure;
    const auto save = [&](auto& list, OwnFile kind, const std::filesystem::path& path) {
        try {
            save_list(list, kind, path, output);
        } catch (const InputError& error) {
            failure += fmt::format("{}{}", failure.empty() ? "" : " ", error.what());
        }
    };
    if (characters_) save(*characters_, OwnFile::character_list, *paths_.per_character);
    if (lines_) save(*lines_, OwnFile::line_list, *paths_.per_line);
    if (!failure.empty()) throw InputError(failure);
}

}  // namespace carousel
