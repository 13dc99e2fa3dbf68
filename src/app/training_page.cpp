#include "app/training_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

#include "app/corpus_names.hpp"
#include "app/page_parts.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "model/machine.hpp"
#include "model/parameter.hpp"

namespace carousel {

namespace {

constexpr std::uint64_t k_report_sample_length = 240;
constexpr double k_sample_share = 0.01, k_least_sample_seconds = 0.15;
constexpr double k_points_apart = 0.005;  // progress, of the training curve
constexpr double k_first_sample = 0.02;   // progress; then each quarter

std::vector<PageRow> figures_of(const Standing& run) {
    std::vector<PageRow> figures;
    if (const auto& best = run.snapshot.best) {
        const double loss = run.closing ? run.closing->nats : best->loss;
        figures = {{"best validation, nats per character", fmt::format("{:.4f}", loss)},
                   {"bits per character", fmt::format("{:.3f}", loss / std::numbers::ln2)},
                   {"perplexity", fmt::format("{:.2f}", std::exp(loss))}};
    }
    if (const auto& closing = run.closing) {
        figures.push_back(
            {"measured on", fmt::format("{}{}", closing->whole ? "all " : "",
                                        format_count(closing->characters, "character"))});
    }
    figures.push_back({"step", format_count(run.now.step)});
    figures.push_back({"time", format_duration(run.now.seconds)});
    return figures;
}

// Often while it begins, seldom in a run of hours, where little changes.
int reload_seconds(double seconds) {
    return static_cast<int>(std::clamp(seconds / 50, 3.0, 60.0));
}

}  // namespace

TrainingPage::TrainingPage(const Config& config) : config_(config), next_sample_(k_first_sample) {}

void TrainingPage::hear(const TrainingEvent& event) {
    std::visit(
        Hear{[&](const Begun& e) { write_under_way(e.run); },
             [&](const Stepped& e) { note(e.run); }, [&](const Validated&) { outdated_ = true; },
             [&](const Saved&) { outdated_ = true; }, [&](const Rested& e) { rest(e.run); },
             [&](const Recovered& e) { go_back(e.back_to); },
             [&](const Diverged& e) { write(e.run, e.text); }, [&](const Ended& e) { end(e); },
             [](const auto&) {}},
        event);
}

void TrainingPage::rest(const Standing& run) {
    if (config_.samples && run.progress >= next_sample_)
        sample(run, fmt::format("{:.0f} % of the run", 100 * run.progress));
    if (outdated_) write_under_way(run);
}

void TrainingPage::end(const Ended& ended) {
    if (config_.samples && ended.end != TrainingEnd::stopped)
        sample(ended.run, "The best model, at the end");
    write(ended.run, ended.saved ? ended.verdict : ended.verdict + " " + ended.shortfall);
}

// A point of the training curve. The page keeps a few hundred in a run; snapshots keep those of
// validations and saves, which are what a resumed run begins with.
void TrainingPage::note(const Standing& run) {
    if (run.progress < next_point_) return;
    next_point_ = run.progress + k_points_apart;
    points_.push_back(run.now);
}

void TrainingPage::go_back(std::uint64_t step) {
    std::erase_if(points_, [&](const HistoryRecord& point) { return point.step > step; });
    std::erase_if(moments_, [&](const Moment& moment) { return moment.step > step; });
}

// What the model writes now, at three temperatures, with the run's seed. It takes about a hundredth
// of the time used so far at most: a slow model writes less.
void TrainingPage::sample(const Standing& run, std::string_view name) {
    const double start = config_.clock();
    next_sample_ = (std::floor(run.progress * 4) + 1) / 4;
    const double allowed = std::max(k_least_sample_seconds, run.now.seconds * k_sample_share);
    moments_.push_back(
        {run.now.step,
         fmt::format("{}: step {}, after {}", name, format_count(run.now.step),
                     format_duration(run.now.seconds)),
         write_samples(config_.model.config(), config_.model.weights(), config_.writer,
                       {.seed = run.snapshot.training.seed,
                        .length = k_report_sample_length,
                        .seconds = allowed,
                        .threads = config_.threads})});
    sample_seconds_ = config_.clock() - start;
    outdated_ = true;
}

void TrainingPage::write_under_way(const Standing& run) {
    write(run,
          fmt::format("The training is under way: {:.0f} % are done. This page is written anew at "
                      "each validation, sample and save, and loads itself again now and then.",
                      100 * std::min(1.0, run.progress)),
          reload_seconds(run.now.seconds));
}

void TrainingPage::write(const Standing& run, std::string_view words, int reload) {
    const double start = config_.clock();
    try {
        write_page(config_.path, html(run, words, reload));
        failure_.clear();
    } catch (const InputError& error) {
        failure_ = error.what();
        if (!std::exchange(failed_before_, true)) {
            config_.tell(Warning{fmt::format(
                "the report could not be written: {} Training goes on, and the report is tried "
                "again.",
                error.what())});
        }
    }
    outdated_ = false;
    write_seconds_ = config_.clock() - start;
}

std::vector<HistoryRecord> TrainingPage::history(const Snapshot& snapshot) const {
    std::vector<HistoryRecord> all;
    // Where both have a record of a step, the snapshot's comes first: it may hold a validation.
    std::merge(snapshot.history.begin(), snapshot.history.end(), points_.begin(), points_.end(),
               std::back_inserter(all),
               [](const HistoryRecord& a, const HistoryRecord& b) { return a.step < b.step; });
    const auto same = [](const HistoryRecord& a, const HistoryRecord& b) {
        return a.step == b.step;
    };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    return all;
}

std::string TrainingPage::html(const Standing& run, std::string_view words, int reload) const {
    const auto& snapshot = run.snapshot;
    const auto first_step = config_.first_step;
    Page page(title_of(snapshot.corpus.paths), "Carousel: the training of a model", k_report_mark);
    page.reload_every(reload);
    page.add_figures(figures_of(run));
    page.add_paragraph(words);
    if (const auto drawn = curves(history(snapshot), snapshot.best); !drawn.empty()) {
        page.add_heading("How it learned");
        page.add_paragraph(about_curves(snapshot.training));
        page.add_html(drawn);
    }
    if (!moments_.empty() || first_step > 0) page.add_heading("What it wrote on the way");
    if (first_step > 0) {
        page.add_paragraph(fmt::format(
            "The run was resumed at step {}. The curves tell of all of it; samples from before "
            "that step are not kept.",
            format_count(first_step)));
    }
    for (const auto& moment : moments_) {
        page.add_subheading(moment.name);
        page.add_samples(moment.samples);
    }
    page.add_heading("Settings");
    if (!config_.command.empty()) page.add_command(without_folders(config_.command));
    page.add_paragraph(fmt::format("Trained on {}.", machine_words(config_.model.machine())));
    auto tables = settings_tables(snapshot, parameter_count(snapshot.model));
    auto& text = tables.back().rows;
    text.insert(text.begin() + 1, {{"documents", format_count(config_.corpus.documents())},
                                   {"bytes", format_count(config_.corpus.bytes())}});
    page.add_tables(tables);
    return page.html();
}

}  // namespace carousel
