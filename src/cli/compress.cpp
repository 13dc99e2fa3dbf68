#include "cli/compress.hpp"

#include <fmt/format.h>

#include <span>
#include <string>

#include "base/quantity.hpp"
#include "base/replace_file.hpp"
#include "base/shown_path.hpp"
#include "cli/output.hpp"
#include "cli/work_screen.hpp"

namespace carousel {

namespace {

using Work = CompressionReport(const CompressionRequest&, const TellWork&, const WriteBytes&);

/// Runs one of both; a reader who goes away has read enough.
CompressionReport run(Work* work, const CompressionRequest& request, Screen& screen) {
    Output output;
    const auto report = work(
        request, [&](const WorkEvent& event) { show(event, ShowSkipped::as_warning, screen); },
        [&](std::span<const std::byte> bytes) {
            try {
                output.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
            } catch (const OutputClosed&) {
            }
        });
    screen.clear();
    return report;
}

std::string place_of(const CompressionReport& report) {
    return report.output == "-" ? "the standard output" : shown_path(report.output);
}

}  // namespace

int compress(const CompressOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto report = run(carousel::compress, options, screen);
    const auto text = static_cast<double>(report.text_bytes);
    const auto compressed = static_cast<double>(report.compressed_bytes);
    screen.line(fmt::format("{} of text are {} now, {:.3f} bits a byte, in {}.", format_bytes(text),
                            format_bytes(compressed), text > 0 ? 8 * compressed / text : 0.0,
                            place_of(report)));
    return 0;
}

int decompress(const DecompressOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto report = run(carousel::decompress, options, screen);
    screen.line(fmt::format("{} of text are in {}, as they were.",
                            format_bytes(static_cast<double>(report.text_bytes)),
                            place_of(report)));
    return 0;
}

}  // namespace carousel
