#include "library/border.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <system_error>

#include "base/error.hpp"
#include "library/setting_names.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

/// What the newest failure of a thread was about. Where there is no memory for its text, a text
/// that is there already stands for it.
struct LastError {
    std::string text;
    const char* shown = "";
};

LastError& last_error() {
    thread_local LastError error;
    return error;
}

carousel_status keep(carousel_status status, std::string_view text) noexcept {
    auto& error = last_error();
    try {
        error.text = printable(with_setting_names(text));
        error.shown = error.text.c_str();
    } catch (...) {
        error.shown = "There is not enough memory to say what failed.";
    }
    return status;
}

/// Range: an exception is being handled. Throws: std::bad_alloc where there is no memory for a
/// text.
carousel_status told_status() {
    try {
        throw;
    } catch (const BorderError& error) {
        return keep(error.status(), error.what());
    } catch (const UsageError& error) {
        return keep(CAROUSEL_USAGE, error.what());
    } catch (const SnapshotError& error) {
        return keep(CAROUSEL_DAMAGED, error.what());
    } catch (const DivergenceError& error) {
        return keep(CAROUSEL_DIVERGED, error.what());
    } catch (const Error& error) {
        return keep(CAROUSEL_INPUT, error.what());
    } catch (const std::bad_alloc&) {
        return keep(CAROUSEL_MEMORY, "There is not enough memory.");
    } catch (const std::length_error&) {
        return keep(CAROUSEL_MEMORY, "There is not enough memory.");
    } catch (const std::filesystem::filesystem_error& error) {
        return keep(CAROUSEL_INPUT, error.path1().string() + ": " + error.code().message() + ".");
    } catch (const std::system_error& error) {
        return keep(CAROUSEL_SYSTEM, std::string("The system refused: ") + error.what() + ".");
    } catch (const std::exception& error) {
        return keep(CAROUSEL_INTERNAL, std::string("This is a fault of the library: ") +
                                           error.what() + ". Please report it.");
    } catch (...) {
        return keep(CAROUSEL_INTERNAL, "Something was thrown that is no error of this library.");
    }
}

}  // namespace

carousel_status status_of_exception() noexcept {
    try {
        return told_status();
    } catch (...) {
        return keep(CAROUSEL_MEMORY, "There is not enough memory.");
    }
}

void require(const void* pointer, const char* name) {
    if (pointer == nullptr)
        throw BorderError(CAROUSEL_ARGUMENT, fmt::format("The argument `{}` is NULL.", name));
}

std::string_view text_of(const void* bytes, std::size_t size, const char* name) {
    if (size == 0) return {};
    require(bytes, name);
    if (size > PTRDIFF_MAX) {
        throw BorderError(CAROUSEL_ARGUMENT,
                          fmt::format("The argument `{}` cannot have {} bytes.", name, size));
    }
    return {static_cast<const char*>(bytes), size};
}

void require_size(std::size_t struct_size, const char* name) {
    if (struct_size >= 2 * sizeof(std::size_t) && struct_size <= std::size_t{1} << 16) return;
    throw BorderError(CAROUSEL_ARGUMENT,
                      fmt::format("The struct `{}` does not say its size: set struct_size to "
                                  "sizeof before the call, as CAROUSEL_SIZED does.",
                                  name));
}

}  // namespace carousel

using namespace carousel;

uint32_t carousel_version_number(void) {
    return CAROUSEL_VERSION_NUMBER;
}

const char* carousel_version(void) {
    return CAROUSEL_VERSION;
}

const char* carousel_status_text(carousel_status status) {
    switch (status) {
        case CAROUSEL_OK:
            return "no error";
        case CAROUSEL_ARGUMENT:
            return "wrong argument";
        case CAROUSEL_HANDLE:
            return "wrong handle";
        case CAROUSEL_BUSY:
            return "handle in use";
        case CAROUSEL_USAGE:
            return "wrong setting, value or text";
        case CAROUSEL_INPUT:
            return "file not usable";
        case CAROUSEL_DAMAGED:
            return "no model or session, or damaged";
        case CAROUSEL_DIVERGED:
            return "training diverged";
        case CAROUSEL_MEMORY:
            return "not enough memory";
        case CAROUSEL_SYSTEM:
            return "refused by the system";
        case CAROUSEL_ENDED:
            return "session has ended";
        case CAROUSEL_INTERNAL:
            return "fault of the library";
        case CAROUSEL_STATUS_WIDTH:
            break;
    }
    return "unknown status";
}

const char* carousel_error_text(void) {
    return last_error().shown;
}
