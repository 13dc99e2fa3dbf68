#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// Bytes in the 64 characters of RFC 4648, padded.
std::string base64(std::string_view bytes);

/// JSON for the inside of a script element: in it "<" occurs within texts alone, and becomes a
/// number there.
std::string harmless_json(std::string_view json);

}  // namespace carousel
