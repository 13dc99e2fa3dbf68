#include "app/evaluation_page.hpp"

#include <fmt/format.h>

#include <vector>

#include "app/corpus_names.hpp"
#include "app/page_parts.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "model/parameter.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_shown = 200'000;
constexpr std::uint64_t k_sample_length = 400;
constexpr double k_sample_seconds = 20;
constexpr SurprisingLines::Config k_lines{.most = 20, .shortest = 8, .shown = 300};

std::vector<PageRow> figures_of(const Measurement& measurement) {
    const auto& metrics = measurement.metrics;
    return {{"protocol", measurement.label},
            {"bits per character", fmt::format("{:.4f}", bits_per_character(metrics))},
            {"nats per character", fmt::format("{:.4f}", nats_per_character(metrics))},
            {"bits per byte", fmt::format("{:.4f}", bits_per_byte(metrics))},
            {"perplexity", fmt::format("{:.4g}", perplexity(metrics))}};
}

Page::Grid measurements_of(const EvaluationReport& report) {
    Page::Grid grid{{"", "nats", "bits", "bits/byte", "perplexity", "characters"}, {}};
    for (const auto& measurement : report.measurements) {
        const auto& metrics = measurement.metrics;
        grid.rows.push_back({measurement.label, fmt::format("{:.4f}", nats_per_character(metrics)),
                             fmt::format("{:.4f}", bits_per_character(metrics)),
                             fmt::format("{:.4f}", bits_per_byte(metrics)),
                             fmt::format("{:.4g}", perplexity(metrics)),
                             format_count(metrics.characters)});
    }
    return grid;
}

}  // namespace

EvaluationPage::EvaluationPage(const Corpus& corpus)
    : corpus_(corpus),
      place_(corpus),
      text_(k_shown),
      lines_(k_lines),
      characters_([this](std::string_view character, double nats) {
          text_.add(character, nats);
          lines_.add(character, nats);
      }) {}

void EvaluationPage::add(const CharacterSurprisal& character) {
    place_.go_to(character.index);
    if (line_ != place_.line() || document_ != place_.document()) start_line();
    characters_.add(character.text, character.nats);
}

void EvaluationPage::start_line() {
    characters_.finish();
    if (line_ > 0 && document_ != place_.document()) text_.start_document();
    document_ = place_.document();
    line_ = place_.line();
    lines_.start_line(
        corpus_.documents() > 1
            ? fmt::format("{}:{}", title_of({corpus_.document_names()[document_]}), line_)
            : fmt::format("{}", line_));
}

std::string EvaluationPage::html(const EvaluationReport& report, const LoadedModel& loaded) {
    characters_.finish();
    lines_.finish();
    const auto& snapshot = loaded.snapshot;
    Page page(title_of(report.corpus), "Carousel: how a model reads a text");
    page.add_figures(figures_of(report.measurements.front()));
    page.add_grid(measurements_of(report));
    for (const auto& note : evaluation_notes(report)) page.add_paragraph(note);
    page.add_paragraph(fmt::format("The model is {}, in {}.", report.model.string(),
                                   format_value(report.precision)));
    add_text(report, page);
    add_lines(page);
    page.add_heading("What the model writes itself");
    page.add_samples(write_samples(snapshot.model, snapshot.weights, loaded.tokenizer,
                                   {.seed = snapshot.training.seed,
                                    .length = k_sample_length,
                                    .seconds = k_sample_seconds,
                                    .precision = report.precision,
                                    .threads = report.threads}));
    if (const auto drawn = curves(snapshot.history, snapshot.best); !drawn.empty()) {
        page.add_heading("How the model learned");
        page.add_paragraph(about_curves(snapshot.training));
        page.add_html(drawn);
    }
    page.add_heading("Settings of the model");
    page.add_tables(settings_tables(snapshot, parameter_count(snapshot.model)));
    return page.html();
}

void EvaluationPage::add_text(const EvaluationReport& report, Page& page) const {
    page.add_heading("The text, coloured by surprisal");
    page.add_paragraph(
        "The stronger the colour, the less the model expected the character that came: 1 bit is a "
        "coin toss, 10 bits are one chance in a thousand. Hover or tap a character to read its "
        "bits.");
    if (report.measurements.size() > 1) {
        page.add_paragraph(fmt::format("The bits are those of the first row above: {}.",
                                       report.measurements.front().label));
    }
    if (text_.shown() < text_.count()) {
        page.add_paragraph(
            fmt::format("Shown are the first {} of {} characters; all figures are "
                        "those of the whole.",
                        format_count(text_.shown()), format_count(text_.count())));
    }
    if (corpus_.tokenizer().settings().unit == Unit::byte) {
        page.add_paragraph(
            "The model reads bytes. The bytes of a character are shown together, with the sum of "
            "their bits.");
    }
    page.add_scale();
    page.add_html(text_.html());
}

void EvaluationPage::add_lines(Page& page) const {
    if (lines_.lines().empty()) return;
    page.add_heading("The most surprising lines");
    page.add_paragraph(fmt::format(
        "By bits per character, of all lines with at least {} characters.", k_lines.shortest));
    page.add_lines(lines_.lines());
}

}  // namespace carousel
