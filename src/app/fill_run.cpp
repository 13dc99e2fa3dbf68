#include "app/fill_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

/// The text between marks: one piece more than there are gaps.
std::vector<std::string_view> pieces_of(std::string_view text, std::string_view mark) {
    std::vector<std::string_view> pieces;
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
        pieces.push_back(text.substr(0, at));
        text.remove_prefix(at + mark.size());
    }
    pieces.push_back(text);
    return pieces;
}

/// The lines of a file, without empty ones and repetitions.
std::vector<std::vector<TokenId>> choices_of(const FillRequest& request, const Tokenizer& tokenizer,
                                             const DecodingSettings& decoding) {
    const auto text = tokenizer.normalized(
        read_text(*request.choices, tokenizer.settings().unit, decoding), "The text of --choices");
    std::vector<std::vector<TokenId>> choices;
    for (const auto line : pieces_of(text, "\n")) {
        auto ids = tokenizer.encode(line, request.unknown);
        if (!ids.empty() && std::ranges::find(choices, ids) == choices.end())
            choices.push_back(std::move(ids));
    }
    if (choices.empty()) {
        throw UsageError(fmt::format("{} has no line to choose: write one text in each line.",
                                     shown_path(*request.choices)));
    }
    return choices;
}

Json evidence_json(const Evidence& evidence) {
    return {{"forward", evidence.forward}, {"backward", evidence.backward}};
}

}  // namespace

FillReport fill_text(const FillRequest& request, const TellWork& tell) {
    const auto model = load_two_sided(request.model, request.threads, "fill", tell);
    const auto& tokenizer = model.loaded.tokenizer;
    const auto unit = tokenizer.settings().unit;
    const auto decoding = request.decoding.over(model.loaded.snapshot.decoding);
    const auto text = tokenizer.normalized(read_text(request.file, unit, decoding), "The text");
    const auto mark = tokenizer.normalized(request.mark, "The text of --mark");
    const auto pieces = pieces_of(text, mark);
    if (pieces.size() == 1) {
        throw UsageError(fmt::format(
            "{} has no gap: write {} where something is missing, or name what stands there with "
            "--mark.",
            request.file == "-" ? "The text" : shown_path(request.file),
            printable(mark, Whitespace::escape)));
    }
    std::vector<std::vector<TokenId>> choices, ids;
    if (request.choices) choices = choices_of(request, tokenizer, decoding);
    for (const auto piece : pieces) ids.push_back(tokenizer.encode(piece, request.unknown));

    GapFiller filler(*model.forward, *model.backward, model.alphabet);
    PositionFinder positions(text, unit);
    FillReport report{.model = model.file, .gaps = {}, .text = std::string(pieces.front())};
    filler.read(ids.front());
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        tell(Progress{"filling", static_cast<double>(i - 1) / static_cast<double>(pieces.size())});
        const Gap gap{.right = ids[i],
                      .shortest = request.length.shortest,
                      .longest = request.length.longest};
        auto fillings = choices.empty() ? filler.fill(gap) : filler.judge(gap, choices);
        std::ranges::stable_sort(fillings, std::ranges::greater{}, &Filling::share);
        const auto end = static_cast<std::size_t>(pieces[i].data() - text.data());
        FilledGap filled{.position = positions.at(end - mark.size()), .alternatives = {}};
        for (const auto& each : fillings) {
            if (filled.alternatives.size() == request.count) break;
            filled.alternatives.push_back(
                {tokenizer.decode(each.ids), each.alone, each.with_side, each.share});
        }
        report.text += filled.alternatives.front().text;
        report.text += pieces[i];
        report.gaps.push_back(std::move(filled));
        filler.read(fillings.front().ids);
        filler.read(ids[i]);
    }
    return report;
}

std::string fill_json(const FillRequest& request, const FillReport& report, bool ascii) {
    Json json{{"model", report.model.string()},
              {"file", request.file.string()},
              {"mark", request.mark},
              {"gaps", Json::array()}};
    for (const auto& [position, alternatives] : report.gaps) {
        Json gap{{"character", position.character},
                 {"line", position.line},
                 {"column", position.column},
                 {"alternatives", Json::array()}};
        for (const auto& [text, alone, with_side, share] : alternatives) {
            gap["alternatives"].push_back({{"text", text},
                                           {"share", share},
                                           {"nats", -agreed(with_side)},
                                           {"log_p_alone", evidence_json(alone)},
                                           {"log_p_with_other_side", evidence_json(with_side)}});
        }
        json["gaps"].push_back(std::move(gap));
    }
    json["text"] = report.text;
    return json.dump(2, ' ', ascii, Json::error_handler_t::replace) + "\n";
}

}  // namespace carousel
