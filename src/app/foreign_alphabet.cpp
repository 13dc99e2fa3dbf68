#include "app/foreign_alphabet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "app/loaded_model.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shown_input.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

// First the names of all symbols by their number, whoever tells them; then symbols of ours.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr std::uint64_t k_longest_vocabulary = 64'000'000;  // bytes of a file
constexpr char32_t k_first_private = 0xF0000;
/// exp(-100) of a probability, which single precision does not see beside any other.
constexpr float k_never_foreseen = -100;

std::string shown(std::string_view name) {
    constexpr std::size_t k_shown = 30;  // columns
    return fmt::format("'{}'", printable(cut_to_width(name, k_shown), Whitespace::escape));
}

Names code_points(std::string_view text) {
    Names names;
    for (std::size_t at = 0; at < text.size(); at += names.back().size())
        names.emplace_back(text.substr(at, utf8_length(text[at])));
    return names;
}

/// Every number below the count once.
Names by_number(std::vector<std::pair<std::uint64_t, std::string>> numbered) {
    std::ranges::sort(numbered);
    Names names;
    for (auto& [number, name] : numbered) {
        if (number != names.size())
            throw std::invalid_argument(
                fmt::format("the symbol {} has no name, or two", names.size()));
        names.push_back(std::move(name));
    }
    return names;
}

std::uint64_t number_in(const std::string& word) {
    constexpr std::size_t k_most_digits = 9;
    if (word.empty() || word.size() > k_most_digits ||
        word.find_first_not_of("0123456789") != std::string::npos)
        throw std::invalid_argument(fmt::format("{} is no number of a symbol", shown(word)));
    return std::stoull(word);
}

/// A list of names, or an object from names to numbers or from numbers to names.
Names names_in(const Json& json) {
    std::vector<std::pair<std::uint64_t, std::string>> numbered;
    for (const auto& [key, value] : json.items()) {
        if (json.is_array() && value.is_string()) {
            numbered.emplace_back(numbered.size(), value.get<std::string>());
        } else if (json.is_object() && value.is_number_unsigned()) {
            numbered.emplace_back(value.get<std::uint64_t>(), key);
        } else if (json.is_object() && value.is_string()) {
            numbered.emplace_back(number_in(key), value.get<std::string>());
        } else {
            throw std::invalid_argument(
                "it is neither a list of characters nor an object from characters to numbers or from "
                "numbers to characters");
        }
    }
    return by_number(std::move(numbered));
}

Names names_of_file(const std::filesystem::path& path) {
    const auto text = read_file(path, k_longest_vocabulary);
    const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
        if (depth > 1) throw std::invalid_argument("it is nested");
        return true;
    };
    try {
        return names_in(Json::parse(text, shallow));
    } catch (const Json::exception&) {
        throw InputError(fmt::format("{} is no JSON.", shown_input(path)));
    } catch (const std::invalid_argument& error) {
        throw InputError(fmt::format("{} is no vocabulary: {}.", shown_input(path), error.what()));
    }
}

/// As `sorted(set(text))` of Python has them.
Names names_of_text(const std::filesystem::path& path) {
    const auto text = read_text(path, Unit::codepoint, {});
    const auto all = code_points(text);
    const std::set<std::string> distinct(all.begin(), all.end());
    std::set<std::string> folded(distinct);
    folded.erase("\r");  // Python reads the ends of lines as a newline, too
    return {folded.begin(), folded.end()};
}

Names names_of(const AlphabetSource& source) {
    if (source.alphabet) return code_points(*source.alphabet);
    if (source.vocabulary) return names_of_file(*source.vocabulary);
    return names_of_text(*source.text);
}

std::size_t row_of(const Names& names, const std::string& name, const char* option) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        throw UsageError(
            fmt::format("The alphabet has no {}, which {} names.", shown(name), option));
    return static_cast<std::size_t>(found - names.begin());
}

/// Whether a name is one code point; others have no place in a text.
bool is_character(const std::string& name) {
    return !name.empty() && utf8_length(name.front()) == name.size();
}

/// What a text begins with where a model has no symbol for its beginning.
std::size_t start_row(const AlphabetSource& source, const Names& names) {
    if (source.start) return row_of(names, *source.start, "--start");
    for (const char* usual : {"\n", " "})
        if (const auto found = std::ranges::find(names, usual); found != names.end())
            return static_cast<std::size_t>(found - names.begin());
    return 0;
}

void add_separator(const AlphabetSource& source, const Names& names, ForeignAlphabet& alphabet) {
    alphabet.has_separator = source.separator.has_value();
    alphabet.symbols.push_back({SymbolKind::separator, ""});
    if (source.separator) {
        alphabet.rows.push_back(row_of(names, *source.separator, "--separator"));
        return;
    }
    alphabet.rows.push_back(start_row(source, names));
    alphabet.repertoire.unseen.push_back(Vocabulary::k_separator);
    alphabet.notes.push_back(fmt::format(
        "The model has no symbol for the beginning of a text: {} is read in its place, as "
        "--start can change, and it ends no document.",
        shown(names[alphabet.rows.front()])));
}

/// The names of 256 bytes.
Names byte_names() {
    Names names;
    for (int byte = 0; byte < 256; ++byte) names.emplace_back(1, static_cast<char>(byte));
    return names;
}

void add_names(const Names& names, SymbolKind kind, ForeignAlphabet& alphabet) {
    std::string unwritten;
    char32_t next_private = k_first_private;
    for (std::size_t row = 0; row < names.size(); ++row) {
        if (alphabet.has_separator && row == alphabet.rows.front()) continue;
        auto name = names[row];
        if (kind == SymbolKind::character && !is_character(name)) {
            unwritten += fmt::format("{}{}", unwritten.empty() ? "" : ", ", shown(name));
            name.clear();
            append_utf8(next_private++, name);
            alphabet.repertoire.unseen.push_back(static_cast<TokenId>(alphabet.symbols.size()));
        }
        alphabet.symbols.push_back({kind, std::move(name)});
        alphabet.rows.push_back(row);
    }
    constexpr std::size_t k_shown = 300;
    if (unwritten.size() > k_shown) unwritten = unwritten.substr(0, k_shown) + "...";
    if (!unwritten.empty())
        alphabet.notes.push_back(
            fmt::format("No single characters, and never written: {}. If one of "
                        "them ends a text, name it with --separator.",
                        printable(unwritten)));
}

}  // namespace

ForeignAlphabet foreign_alphabet(const AlphabetSource& source, std::size_t symbols) {
    const bool told = source.alphabet || source.vocabulary || source.text;
    constexpr std::size_t k_bytes = 256;
    if (!told && symbols != k_bytes)
        throw UsageError(fmt::format(
            "The file does not say which {} symbols its model knows. Give them in the order of their "
            "numbers, with --alphabet TEXT or --vocabulary FILE.json, or with --text FILE, the sorted "
            "characters of which they are.",
            symbols));
    const auto names = told ? names_of(source) : byte_names();
    if (names.size() != symbols)
        throw UsageError(
            fmt::format("The model has {} symbols, and the alphabet that was given {}.", symbols,
                        names.size()));
    ForeignAlphabet alphabet;
    if (!told) alphabet.notes.emplace_back("The 256 symbols are taken for bytes.");
    const auto carriage_return = std::ranges::find(names, "\r") != names.end();
    alphabet.text = {.unit = told ? Unit::codepoint : Unit::byte,
                     .normalization = Normalization::none,
                     .newlines = !told || carriage_return ? Newlines::keep : Newlines::lf};
    add_separator(source, names, alphabet);
    add_names(names, told ? SymbolKind::character : SymbolKind::byte, alphabet);
    return alphabet;
}

void rearrange(const ForeignAlphabet& alphabet, LanguageModelConfig& config,
               std::vector<NamedTensor>& weights) {
    const auto arrange = [&](NamedTensor& tensor) {
        const auto columns = tensor.values.size() / static_cast<std::size_t>(tensor.shape.front());
        std::vector<float> values;
        values.reserve(alphabet.rows.size() * columns);
        for (const auto row : alphabet.rows)
            values.insert(values.end(),
                          tensor.values.begin() + static_cast<std::ptrdiff_t>(row * columns),
                          tensor.values.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
        tensor.values = std::move(values);
        tensor.shape.front() = static_cast<std::int64_t>(alphabet.rows.size());
    };
    auto &output = weights[weights.size() - 2], &output_bias = weights.back();
    for (auto* tensor : {&weights.front(), &output, &output_bias}) arrange(*tensor);
    if (!alphabet.has_separator) {
        std::fill_n(output.values.begin(), output.shape.back(), 0.0F);
        output_bias.values.front() = k_never_foreseen;
    }
    config.vocabulary_size = static_cast<std::int64_t>(alphabet.rows.size());
}

}  // namespace carousel
