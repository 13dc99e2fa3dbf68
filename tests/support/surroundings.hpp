#pragma once

namespace carousel {

/// Gives this process, and so all that it starts, the surroundings that tests rely on, whatever
/// they were: signals that end a program, umask 022, no locale, no settings of a terminal or of
/// colours, a folder for temporary files that is there, a home that is not the user's, an empty
/// standard input, and limits as wide as they may be.
void set_surroundings();

}  // namespace carousel
