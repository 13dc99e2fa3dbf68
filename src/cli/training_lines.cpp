#include "cli/training_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numbers>

#include "app/training_text.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

// The loss of a run that went wrong has two hundred digits: its size says enough.
std::string format_loss(double value, int digits) {
    return value < 1e6 ? fmt::format("{:.{}f}", value, digits) : fmt::format("{:.2g}", value);
}

std::string nats_and_bits(double nats) {
    return fmt::format("{} nats, {} bits per character", format_loss(nats, 4),
                       format_loss(nats / std::numbers::ln2, 3));
}

std::string counted(std::int64_t count, std::string_view noun) {
    return format_count(static_cast<std::uint64_t>(count), noun);
}

// "16:07", with the day when it is another one and with seconds when they matter.
std::string clock_after(double seconds) {
    constexpr double k_short = 120;
    const std::time_t now = std::time(nullptr);
    const auto then = now + static_cast<std::time_t>(std::llround(seconds));
    std::tm today{}, end{};
    localtime_r(&now, &today);
    localtime_r(&then, &end);
    auto time = fmt::format("{:02}:{:02}", end.tm_hour, end.tm_min);
    if (seconds < k_short) time += fmt::format(":{:02}", end.tm_sec);
    if (today.tm_yday == end.tm_yday && today.tm_year == end.tm_year) return time;
    return fmt::format("{:04}-{:02}-{:02} {}", end.tm_year + 1900, end.tm_mon + 1, end.tm_mday,
                       time);
}

// Characters that a text is made of, or bytes in byte models.
std::uint64_t different_ones(const Vocabulary& vocabulary) {
    const auto kind = vocabulary.has_characters() ? SymbolKind::character : SymbolKind::byte;
    return static_cast<std::uint64_t>(
        std::ranges::count(vocabulary.symbols(), kind, &Symbol::kind));
}

std::string percent(double progress) {
    return fmt::format("{:3.0f} %", 100 * std::min(1.0, progress));
}

std::string layers_of(const LanguageModelConfig& model) {
    return fmt::format("{} {} layer{} of {}", model.layers, format_value(model.cell),
                       model.layers == 1 ? "" : "s", counted(model.hidden_size, "unit"));
}

}  // namespace

std::string time_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string promise_line(std::string_view reader, bool own_text, std::optional<double> passes,
                         std::optional<double> seconds_left) {
    auto line = fmt::format("{} read {}", reader,
                            own_text ? "your text" : "the verses that come with the program");
    constexpr double k_once = 0.95, k_often = 1.5;
    if (passes && *passes < k_once)
        line += fmt::format(", about {:.2g} % of it", 100 * *passes);
    else if (passes && *passes < k_often)
        line += " once";
    else if (passes)
        line += " about " + format_about(*passes, "time", "times");
    return line + (seconds_left ? fmt::format("; done at {}.", clock_after(*seconds_left)) : ".");
}

std::string text_line(const Prepared& prepared) {
    const auto& corpus = prepared.text.corpus();
    const auto held_out = prepared.text.validation().part.characters;
    return fmt::format(
        "It has {}, {} different ones{}{}.", format_count(corpus.characters(), "character"),
        format_count(different_ones(corpus.vocabulary())),
        corpus.documents() > 1 ? ", in " + format_count(corpus.documents(), "document") : "",
        held_out > 0 ? fmt::format("; {} are kept to test what was learned", format_count(held_out))
                     : "");
}

std::string end_line(double seconds_left) {
    return fmt::format("That takes about {} more: done at {}.", format_duration(seconds_left),
                       clock_after(seconds_left));
}

std::string live_line(const Stepped& stepped) {
    const auto& left = stepped.seconds_left;
    return fmt::format("{}  {}loss {}", percent(stepped.run.progress),
                       left ? format_duration(*left) + " left, " : "",
                       format_loss(stepped.run.now.training_loss, 3));
}

std::string validation_line(const Validated& validated) {
    const double loss = validated.run.now.validation_loss;
    return fmt::format("{}  test loss {}: unsure between {} characters{}",
                       percent(validated.run.progress), format_loss(loss, 3),
                       format_loss(std::exp(loss), 1), validated.best ? ", best so far" : "");
}

std::string best_line(const BestLoss& best, const std::optional<MeasuredLoss>& closing) {
    if (!closing) {
        return fmt::format("Best validation loss: {}, at step {}.", nats_and_bits(best.loss),
                           format_count(best.step));
    }
    return fmt::format("Best validation loss: {}, at step {}, on {}{}.",
                       nats_and_bits(closing->nats), format_count(best.step),
                       closing->whole ? "all " : "",
                       format_count(closing->characters, "character"));
}

std::string indented(std::string_view text) {
    std::string out = "    ";
    for (const char c : text.substr(0, text.find_last_not_of(" \n") + 1)) {
        out += c;
        if (c == '\n') out += "    ";
    }
    return out;
}

std::string model_line(const Prepared& prepared) {
    return fmt::format("Model: {}, {} parameters. Batches of {}, {} a window. {}.",
                       layers_of(prepared.model), format_count(prepared.parameters),
                       counted(prepared.training.batch_size, "stream"),
                       counted(prepared.training.window, "character"), prepared.machine);
}

std::string live_details(const Stepped& stepped) {
    const auto& now = stepped.run.now;
    const auto& left = stepped.seconds_left;
    return fmt::format("{}  step {}  {} characters/s  training loss {}  gradient {:.2g}{}",
                       percent(stepped.run.progress), format_count(now.step),
                       format_count(static_cast<std::uint64_t>(stepped.characters_per_second)),
                       format_loss(now.training_loss, 3), stepped.gradient_norm,
                       left ? "  " + format_duration(*left) + " left" : "");
}

std::string validation_details(const Validated& validated) {
    const auto& record = validated.run.now;
    return fmt::format(
        "step {:>6}  epoch {:.1f}  training {}  validation {}, perplexity {}{}{}",
        format_count(record.step), validated.epochs, format_loss(record.training_loss, 3),
        nats_and_bits(record.validation_loss), format_loss(std::exp(record.validation_loss), 2),
        record.averaged ? "  averaged weights" : "", validated.best ? "  best so far" : "");
}

std::vector<std::string> plan_lines(const TrainingPlan& training) {
    const auto& plan = training.plan;
    const auto& t = plan.training;
    std::vector<std::string> lines;
    lines.push_back(fmt::format(
        "Plan: {}, {}, windows of {}; dropout {} between layers, {} of outputs, {} of recurrent "
        "weights; learning rate {}, {}.",
        layers_of(plan.model), counted(t.batch_size, "stream"), counted(t.window, "character"),
        as_written(t.dropout_between), as_written(t.dropout_output),
        as_written(t.dropout_recurrent), as_written(t.learning_rate), format_value(t.schedule)));
    lines.push_back(
        fmt::format("It reads about {} characters ({} over the text) in {}, {} characters/s on {}, "
                    "and takes {} of memory.",
                    format_count(static_cast<std::uint64_t>(plan.characters)),
                    format_about(plan.passes, "pass", "passes"),
                    format_about(plan.updates, "update", "updates"),
                    format_count(static_cast<std::uint64_t>(plan.characters_per_second)),
                    counted(training.threads, "thread"), format_bytes(plan.memory)));
    if (!training.expects_loss) return lines;
    if (plan.loss_low == plan.loss_high) {
        lines.push_back("That is too little to expect more than guessing.");
        return lines;
    }
    lines.push_back(
        fmt::format("Expected validation loss, an estimate: {:.2f} to {:.2f} nats per character.",
                    plan.loss_low, plan.loss_high));
    return lines;
}

}  // namespace carousel
