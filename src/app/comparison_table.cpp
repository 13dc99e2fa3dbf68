#include "app/comparison_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/quantity.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "text/printable.hpp"

namespace carousel {

std::string loss_cell(const std::optional<Spread>& loss) {
    if (!loss) return "";
    return loss->runs < 2 ? fmt::format("{:.4f}", loss->mean)
                          : fmt::format("{:.4f} ± {:.4f}", loss->mean, loss->deviation);
}

std::string speed_cell(const std::optional<Spread>& speed) {
    if (!speed) return "";
    return format_count(static_cast<std::uint64_t>(std::llround(speed->mean)));
}

std::string writing_cell(const std::optional<Spread>& cost) {
    return cost ? fmt::format("{:.3g}", cost->mean) : "";
}

std::string memory_cell(const CellSummary& summary) {
    if (summary.runs.empty() || first_cost(summary) == nullptr) return "";
    const auto first = format_bytes(static_cast<double>(first_cost(summary)->bytes));
    const auto last = format_bytes(static_cast<double>(last_cost(summary)->bytes));
    return first == last ? last : fmt::format("{} → {}", first, last);
}

std::string comparison_table(const Comparison& comparison) {
    const auto all = summaries(comparison);
    std::vector<std::vector<std::string>> rows{
        {"", "parameters", "learns", "windows", "stream", "reads", "writes", "remembers"},
        {"", "", "chars/s", "nats/char", "nats/char", "chars/s", "ms/char", ""}};
    for (const auto& each : all) {
        rows.push_back(
            {std::string(format_value(each.cell->model.cell)), format_count(each.cell->parameters),
             speed_cell(each.training_speed), loss_cell(each.windows), loss_cell(each.stream),
             speed_cell(each.reading_speed), writing_cell(each.writing), memory_cell(each)});
    }
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string blanks(widths[i] - display_width(row[i]), ' ');
            text += i == 0 ? row[i] + blanks : "  " + blanks + row[i];
        }
        while (text.ends_with(' ')) text.pop_back();
        text += '\n';
    }
    return text;
}

}  // namespace carousel
