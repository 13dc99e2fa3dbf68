#include "cli/training_lines.hpp"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <numbers>

#include "app/training_text.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"

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

// "16:07:33", with the day when it is another one.
std::string clock_after(double seconds) {
    const std::time_t now = std::time(nullptr);
    const auto then = now + static_cast<std::time_t>(std::llround(seconds));
    std::tm today{}, end{};
    localtime_r(&now, &today);
    localtime_r(&then, &end);
    const auto time = fmt::format("{:02}:{:02}:{:02}", end.tm_hour, end.tm_min, end.tm_sec);
    if (today.tm_yday == end.tm_yday && today.tm_year == end.tm_year) return time;
    return fmt::format("{:04}-{:02}-{:02} {}", end.tm_year + 1900, end.tm_mon + 1, end.tm_mday,
                       time);
}

}  // namespace

std::string text_line(const Prepared& prepared) {
    const auto& corpus = prepared.text.corpus();
    return fmt::format("Text: {} ({}) in {}; {} to learn from, {} to validate on.",
                       format_count(corpus.characters(), "character"),
                       format_count(corpus.vocabulary().size(), "distinct symbol"),
                       format_count(corpus.documents(), "document"),
                       format_count(prepared.text.training().characters),
                       format_count(prepared.text.validation().part.characters));
}

std::string model_line(const Prepared& prepared) {
    const auto& m = prepared.model;
    return fmt::format("Model: {} {} layer{} of {}, {} parameters. Batches of {}, {} a window. {}.",
                       m.layers, format_value(m.cell), m.layers == 1 ? "" : "s",
                       counted(m.hidden_size, "unit"), format_count(prepared.parameters),
                       counted(prepared.training.batch_size, "stream"),
                       counted(prepared.training.window, "character"), prepared.machine);
}

std::vector<std::string> plan_lines(const TrainingPlan& training, double left) {
    const auto& plan = training.plan;
    const auto& t = plan.training;
    std::vector<std::string> lines;
    lines.push_back(fmt::format(
        "Plan: {} {} layer{} of {} units, {} streams, windows of {}; dropout {} between layers, {} "
        "of outputs, {} of recurrent weights; learning rate {}, {}.",
        plan.model.layers, format_value(plan.model.cell), plan.model.layers == 1 ? "" : "s",
        plan.model.hidden_size, t.batch_size, t.window, as_written(t.dropout_between),
        as_written(t.dropout_output), as_written(t.dropout_recurrent), as_written(t.learning_rate),
        format_value(t.schedule)));
    lines.push_back(fmt::format(
        "It reads about {} characters ({} over the text) in {}, {} characters/s on {}, takes {} of "
        "memory, and ends at {}, in {}.",
        format_count(static_cast<std::uint64_t>(plan.characters)),
        format_about(plan.passes, "pass", "passes"),
        format_about(plan.updates, "update", "updates"),
        format_count(static_cast<std::uint64_t>(plan.characters_per_second)),
        format_count(static_cast<std::uint64_t>(training.threads), "thread"),
        format_bytes(plan.memory), clock_after(left), format_duration(left)));
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

std::string validation_line(const HistoryRecord& record, double epochs, bool best) {
    return fmt::format("step {:>6}  epoch {:.1f}  training {}  validation {}, perplexity {}{}{}",
                       format_count(record.step), epochs, format_loss(record.training_loss, 3),
                       nats_and_bits(record.validation_loss),
                       format_loss(std::exp(record.validation_loss), 2),
                       record.averaged ? "  averaged weights" : "", best ? "  best so far" : "");
}

std::string best_line(const BestLoss& best) {
    return fmt::format("Best validation loss: {}, at step {}.", nats_and_bits(best.loss),
                       format_count(best.step));
}

std::string indented(const std::string& text) {
    std::string out = "    ";
    for (const char c : text) {
        out += c;
        if (c == '\n') out += "    ";
    }
    return out;
}

}  // namespace carousel
