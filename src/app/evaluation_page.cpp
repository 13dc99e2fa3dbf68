#include "app/evaluation_page.hpp"

#include <fmt/format.h>

#include <algorithm>
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
      folder_(shared_folder(corpus.document_names())),
      text_(k_shown),
      lines_(k_lines),
      characters_([this](const PredictedCharacter& character) {
          text_.add(character);
          lines_.add(character);
      }) {}

void EvaluationPage::add(const CharacterSurprisal& character) {
    place_.go_to(character.index);
    if (line_ != LinePlace{place_.document(), place_.line()}) start_line();
    likely_.clear();
    for (const auto& [id, probability] : character.likely)
        likely_.push_back({corpus_.vocabulary().symbol(id).text, double{probability}});
    characters_.add({.text = character.text, .nats = character.nats, .likely = likely_});
}

void EvaluationPage::start_line() {
    characters_.finish();
    const LinePlace now{place_.document(), place_.line()};
    const bool several = corpus_.documents() > 1;
    if (several && (line_.line == 0 || line_.document != now.document))
        text_.start_document(name_of(now.document));
    line_ = now;
    text_.start_line(now);
    lines_.start_line(now, several ? fmt::format("{}:{}", name_of(now.document), now.line)
                                   : fmt::format("line {}", now.line));
}

// Pages are sent to others: where the files lie is nobody's business.
std::string EvaluationPage::name_of(std::uint64_t document) const {
    const auto& name = corpus_.document_names()[document];
    return name == "-" ? "standard input" : name.substr(folder_);
}

std::string EvaluationPage::html(const EvaluationReport& report, const LoadedModel& loaded,
                                 std::string_view command) {
    characters_.finish();
    lines_.finish();
    const auto& snapshot = loaded.snapshot;
    Page page(title_of(report.corpus), "Carousel: how a model reads a text");
    page.add_figures(figures_of(report.measurements.front()));
    auto lines = lines_.lines();
    for (auto& line : lines) line.linked = text_.shows(line.place);
    page.add_scale();
    add_lines(page, lines);
    add_text(report, page, lines);
    page.add_heading("All measures");
    page.add_grid(measurements_of(report));
    for (const auto& note : evaluation_notes(report)) page.add_paragraph(note);
    page.add_paragraph(fmt::format("The model is {}, in {}.", title_of({report.model.string()}),
                                   format_value(report.precision)));
    if (!command.empty()) page.add_command(without_folders(command));
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

void EvaluationPage::add_text(const EvaluationReport& report, Page& page,
                              const std::vector<SurprisingLine>& lines) const {
    page.add_heading("The text, coloured by surprisal");
    if (report.measurements.size() > 1) {
        page.add_paragraph(
            fmt::format("The bits are those of one way to read it: {}. The others stand below.",
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
    std::vector<LinePlace> listed;
    for (const auto& line : lines) listed.push_back(line.place);
    page.add_html(text_.html(listed));
}

void EvaluationPage::add_lines(Page& page, const std::vector<SurprisingLine>& lines) const {
    const std::string colours =
        "The stronger the colour, the less a character was expected: 1 bit is a coin toss, 10 bits "
        "are one chance in a thousand. Point at one, tap it, or go from one great surprise to the "
        "next with the Tab key, to read what had been expected instead.";
    if (lines.empty()) return page.add_paragraph(colours);
    const bool all_shown = std::ranges::all_of(lines, &SurprisingLine::linked);
    page.add_heading("The most surprising lines");
    page.add_paragraph(fmt::format(
        "{} The number of a line leads to its place in the text{}, the arrow there back.", colours,
        all_shown ? "" : ", where that is shown"));
    page.add_lines(lines);
}

}  // namespace carousel
