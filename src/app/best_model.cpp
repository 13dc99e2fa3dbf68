#include "app/best_model.hpp"

#include <algorithm>

namespace carousel {

bool is_best(const HistoryRecord& validation, const std::optional<BestLoss>& before) {
    return !before || validation.validation_loss < before->loss;
}

std::int64_t validations_since_best(const std::vector<HistoryRecord>& history,
                                    const std::optional<BestLoss>& best) {
    if (!best) return 0;
    return std::count_if(history.begin(), history.end(), [&](const HistoryRecord& r) {
        return r.has_validation && r.step > best->step;
    });
}

bool out_of_patience(std::int64_t patience, const std::vector<HistoryRecord>& history,
                     const std::optional<BestLoss>& best) {
    return patience > 0 && validations_since_best(history, best) >= patience;
}

WeightsWorth weights_worth(const std::vector<HistoryRecord>& history, std::uint64_t step,
                           bool validates, bool averages) {
    WeightsWorth worth;
    if (!history.empty() && history.back().step == step && history.back().has_validation)
        worth.validation_loss = history.back().validation_loss;
    if (!validates) {
        worth.averaged = averages;
    } else if (worth.validation_loss) {
        worth.averaged = averages && history.back().averaged;
    }
    return worth;
}

}  // namespace carousel
