#pragma once

#include <string_view>

namespace carousel {

/// The files of this folder, as they stand there: the engine's scripts one after another, those of
/// the view, its style sheet, and what stands in the body of the page.
std::string_view engine_scripts();
std::string_view view_scripts();
std::string_view writing_style();
std::string_view writing_body();

/// The same of the page that shows units.
std::string_view units_scripts();
std::string_view units_style();
std::string_view units_body();

}  // namespace carousel
