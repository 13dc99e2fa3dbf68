#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/comparison.hpp"
#include "app/training_plan.hpp"
#include "app/training_text.hpp"
#include "model/machine.hpp"

namespace carousel {

/// Chooses how the cells of a comparison are trained, for its text, its terms and this machine. All
/// that it is made of must outlive it.
class CellPlanner {
public:
    /// `seconds`: that have passed of a length in time.
    CellPlanner(const Comparison& comparison, const TrainingText& text, const Machine& machine,
                double seconds)
        : comparison_(comparison), text_(text), machine_(machine), seconds_(seconds) {}

    /// What is the same for all cells, by a plan for the reference: the lstm, or the first cell
    /// where there is none. `parameters` are those of the plan where nobody chose them.
    EqualSizes sizes_of_reference(std::span<const CellKind> cells,
                                  std::optional<std::uint64_t> parameters) const;

    /// With the sizes of the comparison, if it has any. `notes` gets what there is to say about it.
    ComparedCell plan(CellKind cell, std::vector<std::string>& notes) const;

private:
    TrainingPlan plan(const TrainingRequest& request) const;

    const Comparison& comparison_;
    const TrainingText& text_;
    const Machine& machine_;
    double seconds_;
};

}  // namespace carousel
