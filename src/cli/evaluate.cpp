#include "cli/evaluate.hpp"

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "app/evaluation_run.hpp"
#include "base/error.hpp"
#include "cli/output.hpp"
#include "cli/work_screen.hpp"

namespace carousel {

int evaluate(const EvaluationRequest& request, const GlobalOptions& global) {
    Screen screen(global);
    // Results stand for the whole text: what of it was left out is said in any case.
    const TellWork tell = [&](const WorkEvent& event) {
        show(event, ShowSkipped::as_warning, screen);
    };
    EvaluationRun run(request, tell);
    const auto report = run.measure();
    screen.clear();
    // What can be given out is given out, whatever else cannot: measuring took long.
    std::string failure;
    const auto attempt = [&](auto give) {
        try {
            give();
        } catch (const InputError& error) {
            failure += fmt::format("{}{}", failure.empty() ? "" : " ", error.what());
        } catch (const OutputClosed&) {
            // Whoever read has read enough.
        }
    };
    Output output;
    const auto result = request.json ? evaluation_json(report) : evaluation_table(report);
    if (!run.fills_output()) attempt([&] { output.write(result); });
    attempt([&] {
        run.save_lists([&](std::span<const std::byte> bytes) {
            output.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        });
    });
    if (run.fills_output()) screen.line(std::string_view(result).substr(0, result.size() - 1));
    attempt([&] { run.write_page(report); });
    if (!failure.empty()) throw InputError(failure);
    return 0;
}

}  // namespace carousel
