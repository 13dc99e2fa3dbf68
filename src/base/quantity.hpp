#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carousel {

// Quantities as people read them, the same in every locale.

/// "1 h 5 min", "12 min 3 s", "45 s", "3.2 s".
std::string format_duration(double seconds);

/// "1,115,394".
std::string format_count(std::uint64_t count);

/// "1 stream", "1,024 streams".
std::string format_count(std::uint64_t count, std::string_view noun);

/// "9.4 passes", "1 pass", "1,210 passes": two digits, whole numbers from ten on.
std::string format_about(double count, std::string_view one, std::string_view more);

/// "12.3 MB", powers of 1000.
std::string format_bytes(double bytes);

/// The double whose shortest decimal form is that of `value`: 0.8 and not 0.800000011920929.
double as_written(float value);

}  // namespace carousel
