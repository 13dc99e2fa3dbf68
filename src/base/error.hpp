#pragma once

#include <stdexcept>
#include <string>

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
