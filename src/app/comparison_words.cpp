#include "app/comparison_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string_view>

#include "app/comparison_table.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"

// A function for each thing that is said, in the order in which it is read.

namespace carousel {

namespace {

// Speeds of which one is so many times another at most are called alike.
constexpr double k_alike = 1.1;

std::string_view name_of(const CellSummary& summary) {
    return format_value(summary.cell->model.cell);
}

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

std::vector<CellSummary> with_runs(const Comparison& comparison) {
    auto all = summaries(comparison);
    std::erase_if(all, [](const CellSummary& each) { return each.runs.empty(); });
    return all;
}

std::size_t fewest_runs(const std::vector<CellSummary>& cells) {
    std::size_t fewest = cells.front().runs.size();
    for (const auto& each : cells) fewest = std::min(fewest, each.runs.size());
    return fewest;
}

// ---- what is said

std::string about_loss(std::vector<CellSummary> cells) {
    std::ranges::stable_sort(cells, {}, [](const CellSummary& each) { return each.stream->mean; });
    const auto& best = cells.front();
    auto text = fmt::format("{} has the lowest loss, {} nats a character as one stream",
                            name_of(best), loss_cell(best.stream));
    const std::span others(cells.begin() + 1, cells.end());
    if (fewest_runs(cells) < 2) {
        const double gap = others.front().stream->mean - best.stream->mean;
        return text + fmt::format(
                          ", {:.4f} below {}. Some cells have a single seed, and nobody can tell "
                          "from that what is chance: the same command with --seeds 3 adds others.",
                          gap, name_of(others.front()));
    }
    std::vector<std::string> worse, alike;
    for (const auto& other : others) {
        if (is_lower(*best.stream, *other.stream)) {
            worse.push_back(fmt::format("{} (by {:.4f})", name_of(other),
                                        other.stream->mean - best.stream->mean));
        } else {
            alike.emplace_back(name_of(other));
        }
    }
    if (!worse.empty())
        text += fmt::format(". It predicts this text better than {}", listed(worse));
    if (!alike.empty()) {
        text += fmt::format(
            "{} {} it cannot be told: the difference is one that other seeds could "
            "make",
            worse.empty() ? ", but from" : "; from", listed(alike));
    }
    return text + ".";
}

// With the figure of each cell, all on one machine. `more`: what a larger one is called.
struct SpeedWords {
    std::string_view fastest, slowest, unit;
    std::optional<Spread> CellSummary::*speed;
};

std::string about_speed(std::vector<CellSummary> cells, const SpeedWords& words) {
    std::erase_if(cells, [&](const CellSummary& each) { return !(each.*words.speed); });
    if (cells.size() < 2) return "";
    std::ranges::stable_sort(cells, std::greater{},
                             [&](const CellSummary& each) { return (each.*words.speed)->mean; });
    const auto& most = *(cells.front().*words.speed);
    const auto& least = *(cells.back().*words.speed);
    const auto count = [](double value) {
        return format_count(static_cast<std::uint64_t>(std::llround(value)));
    };
    const auto range = fmt::format("{} to {} {}", count(least.mean), count(most.mean), words.unit);
    if (most.mean < least.mean * k_alike)
        return fmt::format("All {} about equally fast, {}.", words.slowest, range);
    if (most.lowest <= least.highest) {
        return fmt::format(
            "How fast they {} differs so much from run to run that they cannot be told apart: {}.",
            words.slowest, range);
    }
    return fmt::format("{} {} the fastest, {} {}, {:.1f} times as many as {}, the slowest.",
                       name_of(cells.front()), words.fastest, count(most.mean), words.unit,
                       most.mean / least.mean, name_of(cells.back()));
}

std::string about_writing(std::vector<CellSummary> cells) {
    std::erase_if(cells, [](const CellSummary& each) { return !each.writing; });
    if (cells.size() < 2) return "";
    std::ranges::stable_sort(cells, {}, [](const CellSummary& each) { return each.writing->mean; });
    const auto& quick = *cells.front().writing;
    const auto& slow = *cells.back().writing;
    const auto range = fmt::format("{:.3g} to {:.3g} ms a character", quick.mean, slow.mean);
    if (slow.mean < quick.mean * k_alike)
        return fmt::format("Writing takes all of them about as long, {}.", range);
    if (quick.highest >= slow.lowest) {
        return fmt::format(
            "How long writing takes differs so much from run to run that they cannot be told "
            "apart: {}.",
            range);
    }
    return fmt::format("{} writes a character in {:.3g} ms, {} needs {:.1f} times as long.",
                       name_of(cells.front()), quick.mean, name_of(cells.back()),
                       slow.mean / quick.mean);
}

std::string about_memory(const std::vector<CellSummary>& cells) {
    std::string text;
    std::vector<std::string> constant;
    for (const auto& each : cells) {
        const auto* first = first_cost(each);
        const auto* last = last_cost(each);
        if (first == nullptr) continue;
        if (first->bytes == last->bytes) {
            constant.push_back(fmt::format("{} {}", name_of(each),
                                           format_bytes(static_cast<double>(last->bytes))));
            continue;
        }
        text += fmt::format("{} remembers {} of a text of {} and {} of one of {}. ", name_of(each),
                            format_bytes(static_cast<double>(first->bytes)),
                            format_count(first->characters, "character"),
                            format_bytes(static_cast<double>(last->bytes)),
                            format_count(last->characters, "character"));
    }
    if (!constant.empty())
        text += fmt::format("What is remembered of a text does not grow with it: {}.",
                            listed(constant));
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

// What a context is worth that is longer than so many characters.
std::string about_context(const std::vector<CellSummary>& cells) {
    const auto lost_with = [&](std::uint64_t least) {
        std::vector<std::string> losses;
        for (const auto& each : cells) {
            const auto stretch = std::ranges::find(each.context, least, &ContextLoss::least);
            if (stretch != each.context.end())
                losses.push_back(fmt::format("{} {:.3f}", name_of(each), stretch->lost));
        }
        return listed(losses);
    };
    const auto few = lost_with(8), many = lost_with(64);
    if (few.empty()) return "";
    return fmt::format(
        "What they make of a long context: a character with 8 to 15 before it in its window costs "
        "more nats than in the whole stream, {}; one with 64 to 127 before it {}.",
        few, many);
}

bool on_one_machine(const std::vector<CellSummary>& cells) {
    const auto& machine = cells.front().runs.front()->machine;
    return std::ranges::all_of(cells, [&](const CellSummary& each) {
        return std::ranges::all_of(each.runs,
                                   [&](const ComparedRun* run) { return run->machine == machine; });
    });
}

std::string length_words(const TrainingLength& length) {
    return length.kind == LengthKind::seconds ? format_duration(length.amount)
                                              : std::string(format_value(length));
}

}  // namespace

std::string terms_sentence(const Comparison& comparison) {
    const auto& length = *comparison.terms.training[&TrainingConfig::length];
    const auto& text = comparison.text;
    const auto models =
        comparison.equal == Equal::parameters
            ? fmt::format(
                  "Every model has about {} parameters and was trained for {}, in batches "
                  "of {} of {}.",
                  format_count(comparison.sizes->parameters), length_words(length),
                  format_count(static_cast<std::uint64_t>(comparison.sizes->batch_size), "stream"),
                  format_count(static_cast<std::uint64_t>(comparison.sizes->window), "character"))
            : fmt::format(
                  "Every model was trained for {}, with the sizes that a plan chose for "
                  "its cell, this time and this machine.",
                  length_words(length));
    return fmt::format(
        "{} They learned from {}; losses are those of the {} that were kept for validation.",
        models, format_count(text.training_characters, "character"),
        format_count(text.validation_characters, "character"));
}

std::vector<std::string> conclusions(const Comparison& comparison) {
    std::vector<std::string> said;
    const auto cells = with_runs(comparison);
    const auto say = [&](const std::string& sentence) {
        if (!sentence.empty()) said.push_back(sentence);
    };
    for (const auto& run : comparison.runs) {
        if (run.status == RunStatus::failed)
            say(fmt::format("{} with seed {} failed. {}", format_value(run.cell), run.seed,
                            run.failure));
    }
    if (cells.empty()) {
        say("No training is finished yet.");
        return said;
    }
    if (cells.size() > 1) {
        say(about_loss(cells));
        if (on_one_machine(cells)) {
            say(about_speed(
                cells, {"learns", "learn", "characters a second", &CellSummary::training_speed}));
            say(about_speed(cells, {"reads a known text", "read a known text",
                                    "characters a second", &CellSummary::reading_speed}));
            say(about_writing(cells));
        } else {
            say("The trainings ran on different machines or numbers of threads, so that speeds and "
                "times cannot be compared.");
        }
    }
    say(about_memory(cells));
    say(about_context(cells));
    if (cells.size() > 1) {
        say("All of this holds for this text, these sizes and this length; others may turn the "
            "order round.");
    }
    return said;
}

}  // namespace carousel
