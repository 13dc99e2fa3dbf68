#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/gradient_norms.hpp"

namespace carousel {

/// What `carousel lab gradients` is asked for.
struct GradientRequest {
    std::vector<CellKind> cells{CellKind::rnn, CellKind::lstm1997, CellKind::lstm, CellKind::gru};
    int updates = 1000;
    std::optional<std::filesystem::path> svg{};
};

/// Curves of several cells, and what the carousel alone does.
struct GradientReport {
    GradientConfig config;
    std::vector<GradientCurves> curves;
    GradientNorms carousel;
};

/// On the task of temporal order (6a) with sequences of `length` steps or a tenth more. `goes_on`
/// is asked now and then, with how far it is; where it says no, nets count as trained.
GradientReport run_gradients(const GradientRequest& request, int length, std::uint64_t seed,
                             const std::function<bool(CellKind cell, int update)>& goes_on);

/// Norms by lag, relative to that at the end, for a terminal.
std::string gradient_table(const GradientReport& report);
std::string gradient_json(const GradientReport& report);
std::string gradient_page(const GradientReport& report);
/// The charts of the page as one SVG file.
std::string gradient_svg(const GradientReport& report);

/// Throws: InputError when there is a file already, or none can be written.
void write_svg(const std::filesystem::path& path, std::string_view svg);

}  // namespace carousel
