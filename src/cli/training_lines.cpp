#include "cli/training_lines.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/quantity.hpp"

namespace carousel {

namespace {

// Of a run that went wrong, not two hundred digits.
std::string format_loss(double value, int digits) {
    return value < 1e6 ? fmt::format("{:.{}f}", value, digits) : fmt::format("{:.2g}", value);
}

std::string nats_and_bits(double nats) {
    return fmt::format("{} nats, {} bits per character", format_loss(nats, 4),
                       format_loss(nats / std::numbers::ln2, 3));
}

}  // namespace

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
