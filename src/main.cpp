#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <variant>

#include "base/error.hpp"
#include "cli/average.hpp"
#include "cli/benchmark.hpp"
#include "cli/command_line.hpp"
#include "cli/compare.hpp"
#include "cli/compress.hpp"
#include "cli/evaluate.hpp"
#include "cli/export.hpp"
#include "cli/fill.hpp"
#include "cli/generate.hpp"
#include "cli/import.hpp"
#include "cli/inspect.hpp"
#include "cli/lab.hpp"
#include "cli/models.hpp"
#include "cli/plan.hpp"
#include "cli/terminal.hpp"
#include "cli/train.hpp"
#include "cli/version.hpp"
#include "cli/wrap.hpp"
#include "mpi/launcher.hpp"
#include "text/printable.hpp"

// From the words of a command line to the command, and from what it throws to an exit code.

namespace {

constexpr int k_failed = 1, k_wrong_use = 2, k_internal_error = 3;

/// After a failure of standard output: a reader that has gone away wants no more, all else is an
/// error.
void require_reader() {
    if (errno == EPIPE) return;
    throw carousel::InputError(
        fmt::format("Standard output could not be written: {}.", std::strerror(errno)));
}

int show(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) require_reader();
    return 0;
}

/// One function for each thing that a command line may ask for; each returns the exit code.
struct Run {
    const carousel::GlobalOptions& global;

    int operator()(const carousel::TrainOptions& x) const { return train(x, global); }
    int operator()(const carousel::PlanOptions& x) const { return plan(x, global); }
    int operator()(const carousel::CompareOptions& x) const { return compare(x, global); }
    int operator()(const carousel::GenerateOptions& x) const { return generate(x, global); }
    int operator()(const carousel::EvaluationRequest& x) const { return evaluate(x, global); }
    int operator()(const carousel::InspectOptions& x) const { return inspect(x, global); }
    int operator()(const carousel::ModelsOptions& x) const { return list_models(x, global); }
    int operator()(const carousel::ExportOptions& x) const { return export_model(x, global); }
    int operator()(const carousel::ImportRequest& x) const { return import_model(x, global); }
    int operator()(const carousel::AverageRequest& x) const { return average(x, global); }
    int operator()(const carousel::CompressOptions& x) const { return compress(x, global); }
    int operator()(const carousel::DecompressOptions& x) const { return decompress(x, global); }
    int operator()(const carousel::FillOptions& x) const { return fill(x, global); }
    int operator()(const carousel::CorrectOptions& x) const { return correct(x, global); }
    int operator()(const carousel::LabOptions& x) const { return lab(x, global); }
    int operator()(const carousel::BenchmarkOptions& x) const { return benchmark(x, global); }
    int operator()(const carousel::HelpRequest& help) const {
        return show(carousel::as_called(help.text));
    }
    int operator()(carousel::VersionRequest) const { return show(carousel::version_text()); }
};

/// What is wrong with a command is wrong in each process that mpirun starts with it: the first one
/// says so, and mpirun ends the others before they do.
void leave_to_first() {
    if (carousel::started_after_first()) std::this_thread::sleep_for(std::chrono::seconds(2));
}

/// Says why the program ends; every message is whole sentences.
int fail(std::string_view message, int code) {
    std::fflush(stdout);
    if (code == k_wrong_use) leave_to_first();
    constexpr std::string_view k_error = "error:";
    auto text = "carousel: error: " + carousel::as_called(carousel::printable(message)) + '\n';
    if (const auto columns = carousel::columns_of(STDERR_FILENO))
        text = carousel::wrapped_lines(text, *columns);
    text.replace(text.find(k_error), k_error.size(), carousel::alarming(k_error));
    std::fputs(text.c_str(), stderr);
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    carousel::hold_standard_streams();
    // A file that grows too large is an error to report, not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);  // nor is a reader of progress or results who goes away
    try {
        const auto line = carousel::parse_command_line(argc, argv);
        const int code = std::visit(Run{line.global}, line.command);
        if (std::fflush(stdout) != 0) require_reader();  // printed counts only once it has arrived
        return code;
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
