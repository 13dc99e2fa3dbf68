#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// `text` in bold red where standard error is a terminal that shows colours and NO_COLOR is not
/// set.
std::string alarming(std::string_view text);

/// Opens standard streams that are closed, so that no file gets their number: reading and writing
/// there fails as it did.
void hold_standard_streams();

}  // namespace carousel
