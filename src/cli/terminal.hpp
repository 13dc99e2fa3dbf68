#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carousel {

/// Columns of the terminal that a stream is, STDOUT_FILENO or STDERR_FILENO; absent: it is none.
std::optional<std::size_t> columns_of(int stream);

/// Whether a stream is a terminal that lets lines be drawn over: TERM says it is not dumb.
bool can_draw(int stream);

/// `text` in bold red where standard error is a terminal that shows colours and NO_COLOR is not
/// set.
std::string alarming(std::string_view text);

/// The program as it was called, as a word for a shell: `carousel`, `./carousel`.
std::string program_name();

/// `text` with the program in it named as it was called: commands in messages, which all rooms
/// write as `carousel WORDS` in backquotes, can be pasted then.
std::string as_called(std::string text);

/// Opens standard streams that are closed, so that no file gets their number: reading and writing
/// there fails as it did.
void hold_standard_streams();

}  // namespace carousel
