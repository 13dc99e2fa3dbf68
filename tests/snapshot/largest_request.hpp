#pragma once

#include <cstddef>

namespace carousel {

/// The largest piece of memory that this program has asked for since a test last set it to 0.
extern std::size_t largest_request;

}  // namespace carousel
