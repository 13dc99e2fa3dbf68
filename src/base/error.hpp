#pragma once

#include <stdexcept>
#include <string>

// The room base holds what every other room may need and what knows nothing of text, models or
// options. Each file stands alone; there is no order to read them in, but errors come first:
//
//     error            the kinds of errors, by who can mend them; what a message says
//     file, own_file   reading, scratch files, replacing a file whole, locks; what is our own
//     random           every random number of the program, as a function of its position
//     sha256           fingerprints of texts, weights and files
//     available_cores  how many processors this process may use
//     quantity, words  numbers for people; enumerations and their words
//     stopwatch, token_id
//
// What never happens here: a message to the screen, an option, a global that changes, a lookup of
// the locale. A helper that only one room needs lives in that room.

namespace carousel {

/// Root of every error that a user can cause or mend. The message is whole sentences: what failed,
/// on what, what was expected, what was found, and what to do. `main` prints it and returns
/// `exit_code()`. A broken contract inside the program is a `std::logic_error` instead (exit code
/// 3).
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    virtual int exit_code() const noexcept { return 1; }
};

/// A wrong option, value or request; exit code 2.
class UsageError : public Error {
public:
    using Error::Error;
    int exit_code() const noexcept override { return 2; }
};

/// A file that is missing, unreadable, not writable, not decodable or too short; exit code 1.
class InputError : public Error {
public:
    using Error::Error;
};

/// A file that is no snapshot, is damaged, or comes from another version; exit code 1.
class SnapshotError : public Error {
public:
    using Error::Error;
};

/// The loss or the gradient stopped being a finite number and could not be brought back; exit
/// code 1.
class DivergenceError : public Error {
public:
    using Error::Error;
};

}  // namespace carousel
