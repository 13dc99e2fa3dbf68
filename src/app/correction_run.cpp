#include "app/correction_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "app/output_files.hpp"
#include "base/error.hpp"
#include "text/characters.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

/// The symbols of a text, each with the bytes that it stands for.
struct PlacedText {
    std::vector<TokenId> ids;
    std::vector<std::size_t> begins, ends;  // of each symbol, bytes of the text
    std::vector<bool> fixed;                // is never corrected
};

/// A character without a symbol of its own is spelled or left out, and stays as it is.
PlacedText placed_text(std::string_view text, const Tokenizer& tokenizer,
                       UnknownCharacters unknown) {
    if (unknown == UnknownCharacters::error)
        tokenizer.encode(text, unknown);  // which says what it does not know, and where
    PlacedText placed;
    CharacterSplitter splitter(tokenizer.settings().unit);
    splitter.push(text);
    splitter.finish();
    std::string_view character;
    bool after_gap = false;  // an exchange must not jump over what is not read
    for (std::size_t at = 0; splitter.next(character); at += character.size()) {
        const auto own = tokenizer.vocabulary().find(character);
        const auto ids = own ? std::vector<TokenId>{*own} : tokenizer.encode(character, unknown);
        for (const auto id : ids) {
            placed.ids.push_back(id);
            placed.begins.push_back(at);
            placed.ends.push_back(at + character.size());
            placed.fixed.push_back(!own || after_gap);
        }
        after_gap = ids.empty();
    }
    return placed;
}

constexpr std::size_t k_context_bytes = 64;  // on each side of a correction

/// The end of a stretch of text, in one line and from the start of a code point.
std::string_view context_before(std::string_view text) {
    text.remove_prefix(text.size() - std::min(text.size(), k_context_bytes));
    while (!text.empty() && is_continuation(text.front())) text.remove_prefix(1);
    const auto line = text.rfind('\n');
    return line == std::string_view::npos ? text : text.substr(line + 1);
}

/// The same of its beginning.
std::string_view context_after(std::string_view text) {
    text = text.substr(0, std::min(text.find('\n'), k_context_bytes));
    return text.substr(0, valid_utf8_prefix(text));
}

void require_output(const CorrectionRequest& request) {
    if (!request.output || *request.output == "-") return;
    require_new_file(*request.output, {request.file});
}

}  // namespace

CorrectionReport correct_text(const CorrectionRequest& request, const TellWork& tell,
                              const WriteBytes& write) {
    require_output(request);
    const auto model = load_two_sided(request.model, request.threads, "correct", tell);
    const auto& tokenizer = model.loaded.tokenizer;
    const auto unit = tokenizer.settings().unit;
    const auto decoding = request.decoding.over(model.loaded.snapshot.decoding);
    const auto read = read_text(request.file, unit, decoding);
    const auto text = tokenizer.normalized(read, "The text");
    const auto placed = placed_text(text, tokenizer, request.unknown);

    Corrector corrector(*model.forward, *model.backward, model.alphabet);
    const auto found =
        corrector.find(placed.ids, request.threshold, placed.fixed, [&](double share) {
            tell(Progress{"looking for slips", share});
        });
    CorrectionReport report{.model = model.file,
                            .characters = count_characters(text, unit),
                            .corrections = {},
                            .text = {}};
    PositionFinder positions(text, unit);
    std::size_t copied = 0;
    for (const auto& each : found) {
        const auto begin = placed.begins[each.place];
        const auto end = each.removed == 0 ? begin : placed.ends[each.place + each.removed - 1];
        const std::string_view whole = text;
        report.corrections.push_back(
            {.position = positions.at(begin),
             .slip = each.slip,
             .before = std::string(context_before(whole.substr(copied, begin - copied))),
             .old = text.substr(begin, end - begin),
             .replacement = tokenizer.decode(each.ids),
             .after = std::string(context_after(whole.substr(end))),
             .sure = each.sure,
             .gain = each.gain});
        report.text += whole.substr(copied, begin - copied);
        report.text += report.corrections.back().replacement;
        copied = end;
    }
    report.text += std::string_view(text).substr(copied);
    if (!request.output) return report;
    if (text != read) {
        tell(
            Note{"The text is written as the model reads it, with its newlines and its form of "
                 "Unicode."});
    }
    const auto content = std::as_bytes(std::span(report.text));
    if (*request.output == "-") {
        write(content);
    } else {
        replace_file(*request.output, OwnFile::compressed,
                     [&](const WriteBytes& to) { to(content); });
    }
    return report;
}

std::string correction_json(const CorrectionRequest& request, const CorrectionReport& report,
                            bool ascii) {
    Json json{{"model", report.model.string()},
              {"file", request.file.string()},
              {"characters", report.characters},
              {"threshold", request.threshold},
              {"corrections", Json::array()}};
    for (const auto& each : report.corrections) {
        json["corrections"].push_back(
            {{"character", each.position.character},
             {"line", each.position.line},
             {"column", each.position.column},
             {"slip", format_value(each.slip)},
             {"old", each.old},
             {"new", each.replacement},
             {"sure", each.sure},
             {"gain", {{"forward", each.gain.forward}, {"backward", each.gain.backward}}},
             {"before", each.before},
             {"after", each.after}});
    }
    json["text"] = report.text;
    return json.dump(2, ' ', ascii, Json::error_handler_t::replace) + "\n";
}

}  // namespace carousel
