#include "app/writing_page.hpp"

#include <nlohmann/json.hpp>
#include <numbers>

#include "app/output_files.hpp"
#include "app/page_model_json.hpp"
#include "app/page_parts.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "generation/sampler.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"
#include "report/markup.hpp"
#include "report/page_style.hpp"
#include "snapshot/model_files.hpp"
#include "text/writable.hpp"
#include "web/writing_page.hpp"

// The model as JSON for the scripts of web/, and the page around it. What stands here of a snapshot
// is chosen field by field, so that nothing private gets in by being added to it.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

Json symbols_json(const Vocabulary& vocabulary) {
    Json symbols = Json::array();
    for (const auto& [kind, text] : vocabulary.symbols()) {
        if (kind == SymbolKind::byte)
            symbols.push_back(static_cast<unsigned char>(text.front()));
        else
            symbols.push_back(text);
    }
    return symbols;
}

// Code points that bytes spelled, as ranges; null where the model does not tell.
Json spelled_json(const std::optional<Repertoire>& repertoire) {
    if (!repertoire) return nullptr;
    Json ranges = Json::array();
    for (const auto code_point : repertoire->spelled) {
        if (!ranges.empty() && ranges.back()[1].get<std::uint32_t>() + 1 == code_point)
            ranges.back()[1] = code_point;
        else
            ranges.push_back({code_point, code_point});
    }
    return ranges;
}

Json model_json(const LoadedModel& loaded, std::string_view title, const PageModel& page) {
    const auto& [snapshot, tokenizer, backward] = loaded;
    const auto& settings = tokenizer.settings();
    const auto& repertoire = tokenizer.repertoire();
    const SamplerConfig sampler;
    return {
        {"title", title},
        {"unit", format_value(settings.unit)},
        {"normalization", format_value(settings.normalization)},
        {"newlines", format_value(settings.newlines)},
        {"symbols", symbols_json(tokenizer.vocabulary())},
        {"unseen", repertoire ? repertoire->unseen : std::vector<TokenId>{}},
        {"spelled", spelled_json(repertoire)},
        {"model", page.model},
        {"tensors", page.tensors},
        {"temperature", as_written(sampler.temperature)},
        {"min_p", as_written(sampler.min_p)},
        {"loop_length", sampler.loop_length},
        {"parameters", parameter_count(snapshot.model)},
        {"bits_per_character",
         snapshot.validation_loss ? Json(*snapshot.validation_loss / std::numbers::ln2) : Json()}};
}

}  // namespace

ModelPage model_page(const LoadedModel& loaded, std::string_view title) {
    const auto& tokenizer = loaded.tokenizer;
    if (!Writable(tokenizer.vocabulary(), tokenizer.repertoire()).any()) {
        throw UsageError(
            "The text that this model learned from is not UTF-8, so there is nothing that it could "
            "write in a page.");
    }
    const auto& config = loaded.snapshot.model;
    if (is_transformer(config)) {
        throw UsageError(
            "A page that writes computes recurrent nets, and this model is a transformer: use "
            "`carousel generate`, or train a model with another --cell.");
    }
    const auto page = page_model(loaded);
    const auto json =
        model_json(loaded, title, page).dump(-1, ' ', true, Json::error_handler_t::replace);
    return {writing_page_html({.title = plain_markup(title),
                               .style = page_style(),
                               .model = json,
                               .weights = page.packed.bytes}),
            page.packed.rounded};
}

WrittenPage write_model_page(const std::optional<std::filesystem::path>& named,
                             const std::filesystem::path& page) {
    const auto model = named ? model_file(*named) : default_model();
    require_output_file("html", page, OwnFile::page, {model});
    const auto made = model_page(load_model(model), page.stem().string());
    write_page(page, made.html);
    return {model, made.html.size(), made.rounded};
}

}  // namespace carousel
