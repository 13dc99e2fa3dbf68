#include "cli/training_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

#include "app/page_parts.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t k_sample_length = 240;
constexpr double k_sample_share = 0.01, k_least_sample_seconds = 0.15;
constexpr double k_points_apart = 0.005;  // progress, of the training curve
constexpr double k_first_sample = 0.02;   // progress; then each quarter

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<PageRow> figures_of(const TrainingPage::Standing& standing) {
    std::vector<PageRow> figures;
    if (const auto& best = standing.snapshot.best) {
        figures = {{"best validation, nats per character", fmt::format("{:.4f}", best->loss)},
                   {"bits per character", fmt::format("{:.3f}", best->loss / std::numbers::ln2)},
                   {"perplexity", fmt::format("{:.2f}", std::exp(best->loss))}};
    }
    figures.push_back({"step", format_count(standing.step)});
    figures.push_back({"time", format_duration(standing.seconds)});
    return figures;
}

}  // namespace

TrainingPage::TrainingPage(std::filesystem::path path, const Corpus& corpus,
                           const LanguageModel& model, Screen& screen, std::uint64_t first_step)
    : path_(std::move(path)),
      corpus_(corpus),
      model_(model),
      screen_(screen),
      first_step_(first_step),
      next_sample_(k_first_sample) {}

void TrainingPage::sample(const Standing& standing, double progress, std::string_view name) {
    const auto start = Clock::now();
    next_sample_ = (std::floor(progress * 4) + 1) / 4;
    const double allowed = std::max(k_least_sample_seconds, standing.seconds * k_sample_share);
    moments_.push_back({standing.step,
                        fmt::format("{}: step {}, after {}", name, format_count(standing.step),
                                    format_duration(standing.seconds)),
                        write_samples(model_, corpus_.tokenizer(),
                                      {.seed = standing.snapshot.training.seed,
                                       .length = k_sample_length,
                                       .seconds = allowed})});
    sample_seconds_ = since(start);
}

void TrainingPage::note(const HistoryRecord& record, double progress) {
    if (progress < next_point_) return;
    next_point_ = progress + k_points_apart;
    points_.push_back(record);
}

void TrainingPage::go_back(std::uint64_t step) {
    std::erase_if(points_, [&](const HistoryRecord& point) { return point.step > step; });
    std::erase_if(moments_, [&](const Moment& moment) { return moment.step > step; });
}

void TrainingPage::write(const Standing& standing) {
    const auto start = Clock::now();
    try {
        write_page(path_, html(standing));
    } catch (const InputError& error) {
        if (!std::exchange(failed_, true)) {
            screen_.warning(
                fmt::format("carousel: the report could not be written: {} Training goes on, and "
                            "the report is tried again.",
                            error.what()));
        }
    }
    write_seconds_ = since(start);
}

std::vector<HistoryRecord> TrainingPage::history(const Snapshot& snapshot) const {
    std::vector<HistoryRecord> all;
    // Of two of one step, that of the snapshot comes first: it may hold a validation.
    std::merge(snapshot.history.begin(), snapshot.history.end(), points_.begin(), points_.end(),
               std::back_inserter(all),
               [](const HistoryRecord& a, const HistoryRecord& b) { return a.step < b.step; });
    const auto same = [](const HistoryRecord& a, const HistoryRecord& b) {
        return a.step == b.step;
    };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    return all;
}

std::string TrainingPage::html(const Standing& standing) const {
    const auto& snapshot = standing.snapshot;
    Page page(title_of(snapshot.corpus.paths), "Carousel: the training of a model");
    page.add_figures(figures_of(standing));
    page.add_paragraph(standing.words);
    if (const auto drawn = curves(history(snapshot), snapshot.best); !drawn.empty()) {
        page.add_heading("How it learned");
        page.add_paragraph(about_curves(snapshot.training));
        page.add_html(drawn);
    }
    if (!moments_.empty() || first_step_ > 0) page.add_heading("What it wrote on the way");
    if (first_step_ > 0) {
        page.add_paragraph(fmt::format(
            "The run was resumed at step {}. The curves tell of all of it; samples from before "
            "that step are not kept.",
            format_count(first_step_)));
    }
    for (const auto& moment : moments_) {
        page.add_subheading(moment.name);
        page.add_samples(moment.samples);
    }
    page.add_heading("Settings");
    auto tables = settings_tables(snapshot, model_.parameters().count());
    auto& text = tables.back().rows;
    text.insert(text.begin() + 1, {{"documents", format_count(corpus_.documents())},
                                   {"bytes", format_count(corpus_.bytes())}});
    page.add_tables(tables);
    return page.html();
}

}  // namespace carousel
