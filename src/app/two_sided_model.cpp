#include "app/two_sided_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "app/machines.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "text/characters.hpp"

namespace carousel {

namespace {

// Characters with a symbol of their own that had to be predicted.
std::vector<TokenId> written_characters(const Tokenizer& tokenizer) {
    const auto& symbols = tokenizer.vocabulary().symbols();
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < symbols.size(); ++id) {
        const auto& known = tokenizer.repertoire();
        const bool seen = !known || !std::ranges::binary_search(known->unseen, id);
        if (seen && symbols[id].kind == SymbolKind::character) ids.push_back(id);
    }
    return ids;
}

}  // namespace

TwoSidedModel load_two_sided(const std::optional<std::filesystem::path>& named,
                             std::optional<int> threads, const char* command,
                             const TellWork& tell) {
    const auto file = find_model(named, tell);
    TwoSidedModel model{.file = file,
                        .loaded = load_model(file),
                        .machine = nullptr,
                        .forward = nullptr,
                        .backward = nullptr,
                        .alphabet = {}};
    auto& [snapshot, tokenizer, backward] = model.loaded;
    if (backward.empty()) {
        throw UsageError(
            fmt::format("{} reads a text from its start only, and {} needs a model that reads it "
                        "from its end, too: train one with --direction both.",
                        shown_path(file), command));
    }
    if (tokenizer.settings().unit == Unit::byte) {
        throw UsageError(
            fmt::format("{} reads bytes, and {} needs a model of characters: train "
                        "one with --unit codepoint or grapheme.",
                        shown_path(file), command));
    }
    model.alphabet = written_characters(tokenizer);
    if (model.alphabet.empty()) {
        throw UsageError(
            fmt::format("{} spells all its characters with bytes, and {} needs one "
                        "with characters of its own: train it with another "
                        "--min-count.",
                        shown_path(file), command));
    }
    model.machine = make_machine(threads_for(snapshot.model, 64, threads));
    model.forward = model.machine->model(snapshot.model, std::exchange(snapshot.weights, {}));
    model.backward = model.machine->model(snapshot.model, std::exchange(backward, {}));
    return model;
}

TextPosition PositionFinder::at(std::size_t byte) {
    const auto between = text_.substr(byte_, byte - byte_);
    position_.character += count_characters(between, unit_);
    position_.line += static_cast<std::uint64_t>(std::ranges::count(between, '\n'));
    const auto newline = between.rfind('\n');
    if (newline == std::string_view::npos) {
        position_.column += count_characters(between, unit_);
    } else {
        position_.column = 1 + count_characters(between.substr(newline + 1), unit_);
    }
    byte_ = byte;
    return position_;
}

}  // namespace carousel
