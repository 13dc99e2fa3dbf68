#include "cpu/clockwork.hpp"

namespace carousel {

Buffer clock_periods(std::int64_t hidden_size) {
    Buffer periods(padded(hidden_size));
    for (std::int64_t unit = 0; unit < hidden_size; ++unit)
        periods.data()[unit] =
            static_cast<float>(std::int64_t{1} << clock_module(unit, hidden_size));
    return periods;
}

Buffer clock_connections(std::int64_t hidden_size) {
    Buffer connections(padded(hidden_size) * hidden_size);
    for (std::int64_t to = 0; to < hidden_size; ++to) {
        for (std::int64_t from = 0; from < hidden_size; ++from) {
            const auto at = (to / k_panel * hidden_size + from) * k_panel + to % k_panel;
            connections.data()[at] = clock_connects(from, to, hidden_size) ? 1.0F : 0.0F;
        }
    }
    return connections;
}

}  // namespace carousel
