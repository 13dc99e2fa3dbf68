#pragma once

namespace carousel {

/// Whether a sanitizer watches this program, which takes ten times as long then. It sees the same
/// code at fewer sizes: laws over many of them are for the usual build to prove.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool k_sanitized = true;
#else
inline constexpr bool k_sanitized = false;
#endif

}  // namespace carousel
