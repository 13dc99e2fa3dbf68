#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "text/printable.hpp"

namespace {

constexpr int k_failed = 1, k_internal_error = 3;

/// Says why the program ends; every message is whole sentences.
int fail(std::string_view message, int code) {
    std::fflush(stdout);
    const auto line = fmt::format("carousel: {} {}\n", carousel::alarming("error:"),
                                  carousel::printable(message));
    std::fputs(line.c_str(), stderr);
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    carousel::hold_standard_streams();
    try {
        return carousel::run_command(carousel::parse_command_line(argc, argv));
    } catch (const carousel::Error& error) {
        return fail(error.what(), error.exit_code());
    } catch (const std::bad_alloc&) {
        return fail(
            "There is not enough memory. A smaller --hidden-size, --batch-size or --window needs "
            "less.",
            k_failed);
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(fmt::format("{}: {}.", error.path1().string(), error.code().message()),
                    k_failed);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::broken_pipe) return 0;  // the reader wants no more
        return fail(fmt::format("The system refused: {}.", error.what()), k_failed);
    } catch (const std::exception& error) {
        return fail(
            fmt::format(
                "This is an internal error, a fault of the program: {}. Please report it with "
                "the output of `carousel --version`.",
                error.what()),
            k_internal_error);
    }
}
