#include "app/generation_report.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"
#include "base/words.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const GeneratedSample& sample, bool documents) {
    Json json{{"text", fmt::format("{}", fmt::join(sample.documents, ""))},
              {"characters", sample.progress.characters},
              {"end", format_value(*sample.progress.end)}};
    if (documents) json["documents"] = sample.documents;
    return json;
}

// What the model learned before it wrote; null where nothing.
Json to_json(const std::optional<AdaptedTo>& adapted) {
    if (!adapted) return {};
    const auto& [file, config, report] = *adapted;
    return {{"file", file.string()},
            {"symbols", report.symbols},
            {"nats_per_symbol", report.nats},
            {"fixed_nats_per_symbol", report.fixed_nats},
            {"fell_back", report.fell_back()},
            {"learning_rate", as_written(config.learning_rate)},
            {"decay", as_written(config.decay)},
            {"segment", config.segment}};
}

// Models with their shares; null where one writes alone.
Json to_json(const std::vector<MixShare>& mix) {
    Json shares;
    for (const auto& [model, share] : mix)
        shares.push_back({{"model", model.string()}, {"share", share}});
    return shares;
}

}  // namespace

void GeneratedSample::add(const SessionPiece& piece) {
    documents.back() += piece.text;
    if (piece.ended) {
        progress = *piece.ended;
    } else if (piece.ends_document) {
        documents.emplace_back();
    }
}

std::string generation_json(const GenerationReport& report,
                            std::span<const GeneratedSample> samples, bool ascii) {
    const auto& config = report.config;
    const auto& sampler = config.sampler;
    Json json{{"model", report.model.string()},
              {"precision", format_value(report.precision)},
              {"seed", config.seed},
              {"prompt", report.prompt},
              {"length", config.length},
              {"documents", config.documents},
              {"temperature", as_written(sampler.temperature)},
              {"top_k", sampler.top_k > 0 ? Json(sampler.top_k) : Json()},
              {"top_p", as_written(sampler.top_p)},
              {"min_p", as_written(sampler.min_p)},
              {"loop_length", sampler.loop_length},
              {"stop", config.stop.empty() ? Json() : Json(config.stop)},
              {"samples", Json::array()}};
    for (const auto& sample : samples)
        json["samples"].push_back(to_json(sample, config.documents != 1));
    json["adapted_to"] = to_json(report.adapted);
    json["mix"] = to_json(report.mix);
    return json.dump(2, ' ', ascii, Json::error_handler_t::replace) + "\n";
}

std::optional<std::string> early_end_note(const GenerationRequest& request,
                                          std::span<const GeneratedSample> samples) {
    if (request.documents) return std::nullopt;
    std::size_t early = 0;
    std::uint64_t characters = 0;
    for (const auto& [documents, progress] : samples) {
        if (progress.end != SessionEnd::document) continue;
        if (request.length > 0 && progress.characters >= request.length) continue;
        ++early;
        characters = progress.characters;
    }
    if (early == 0) return std::nullopt;
    const bool one = samples.size() == 1;
    const auto ended =
        one ? fmt::format("The text ended after {}", format_count(characters, "character"))
            : fmt::format("{} of {} samples ended", format_count(early), samples.size());
    const auto length = request.length > 0
                            ? fmt::format("{} before --length {}", one ? "," : "", request.length)
                            : "";
    return fmt::format(
        "{}{}: there the model ends a document. With --documents 0 it begins another one and "
        "writes on.",
        ended, length);
}

}  // namespace carousel
