#pragma once

#include <cstddef>
#include <string>

#include "app/comparison.hpp"

namespace carousel {

/// How far the comparison of a page is.
struct PageState {
    std::size_t left = 0;    ///< trainings that are still to come
    bool under_way = false;  ///< the page loads itself anew now and then
};

/// The page of a comparison: what can be concluded, the table, curves of all runs over updates,
/// time and characters read, what each model writes, settings.
std::string comparison_page(const Comparison& comparison, const PageState& state = {});

}  // namespace carousel
