#include "cli/benchmark.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "app/benchmark_json.hpp"
#include "app/machines.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "benchmark/benchmark.hpp"
#include "cli/screen.hpp"
#include "model/transformer.hpp"

namespace carousel {

namespace {

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

void print_table(const BenchmarkConfig& config, const BenchmarkReport& r) {
    fmt::print("{}, {} thread{}, {}; OpenBLAS: {}\n", processor_name(), config.threads,
               config.threads == 1 ? "" : "s", instruction_set_in_use(), blas_in_use());
    const auto counted = [](std::int64_t count, const char* noun) {
        return format_count(static_cast<std::uint64_t>(count), noun);
    };
    fmt::print("{} {} layer{} of {}, {}, windows of {}, {}\n\n", config.model.layers,
               format_value(config.model.cell), config.model.layers == 1 ? "" : "s",
               counted(config.model.hidden_size, "unit"), counted(config.batch_size, "stream"),
               config.window, counted(config.model.vocabulary_size, "symbol"));
    fmt::print("{:<44}{:>12}{:>12}{:>7}\n", "", "best", "median", "runs");
    const auto row = [](const char* name, const Rate& rate, double unit, int digits) {
        fmt::print("{:<44}{:>12.{}f}{:>12.{}f}{:>7}\n", name, rate.best / unit, digits,
                   rate.median / unit, digits, rate.repetitions);
    };
    row("OpenBLAS sgemm 2048³, GFLOP/s", r.sgemm, 1e9, 1);
    row("training with Adam, characters/s", r.train, 1, 0);
    row("  with Muon", r.train_muon, 1, 0);
    const bool with_bf16 = config.precision == TrainingPrecision::bf16;
    if (with_bf16) {
        row("training with Adam in bf16", r.train_bf16, 1, 0);
        row("product in bf16 2048 × 2048 × 512, GFLOP/s", r.product_bf16, 1e9, 1);
    }
    row("generation, one stream, characters/s", r.generate, 1, 0);
    row("  with 8-bit weights", r.generate_int8, 1, 0);
    row("  16 streams, all threads", r.generate_16, 1, 0);
    row("  16 streams with 8-bit weights, all threads", r.generate_16_int8, 1, 0);
    row("reading a prompt, all threads, characters/s", r.prompt, 1, 0);
    row("  one thread", r.prompt_one_thread, 1, 0);
    row("reading the weights, one thread, GB/s", r.weight_bandwidth, 1e9, 1);
    row("reading 256 MB, all threads, GB/s", r.memory_bandwidth, 1e9, 1);
    row("reading code points, MB/s", r.encode_codepoint, 1e6, 1);
    row("reading graphemes", r.encode_grapheme, 1e6, 1);
    row("reading bytes", r.encode_byte, 1e6, 1);
    fmt::print(
        "\ntraining does {:.1f} GFLOP/s of what it needs, {:.1f} % of sgemm; peak memory {}\n"
        "an update with Muon takes {:.3f} of one with Adam at best, {:.3f} in the median\n",
        r.train.best * r.train_flops / 1e9, 100 * share(r.train.best * r.train_flops, r.sgemm.best),
        format_bytes(static_cast<double>(r.peak_resident_bytes)),
        share(r.train.best, r.train_muon.best), share(r.train.median, r.train_muon.median));
    if (with_bf16) {
        fmt::print("training in bf16 is {:.2f} times as fast, {:.1f} % of the product in bf16\n",
                   share(r.train_bf16.best, r.train.best),
                   100 * share(r.train_bf16.best * r.train_flops, r.product_bf16.best));
    }
    fmt::print("one stream reads {} of weights a character, {:.1f} % of the bandwidth\n",
               format_bytes(r.generate_bytes),
               100 * share(r.generate.best * r.generate_bytes, r.weight_bandwidth.best));
}

}  // namespace

int benchmark(const BenchmarkOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const LanguageModelConfig model{.cell = options.cell,
                                    .vocabulary_size = options.vocabulary,
                                    .layers = options.layers,
                                    .hidden_size = options.hidden_size,
                                    .embedding_size = options.hidden_size};
    const BenchmarkConfig config{.model = with_transformer_sizes(model, options.window),
                                 .batch_size = options.batch_size,
                                 .window = options.window,
                                 .precision = options.precision,
                                 .threads = options.threads.value_or(default_threads()),
                                 .seconds = options.seconds,
                                 .scratch_folder = std::filesystem::temp_directory_path()};
    screen.line(fmt::format("Measuring for about {} ...", format_duration(config.seconds)));
    const auto report = run_benchmark(config);
    if (options.json) {
        fmt::print("{}", benchmark_json(config, report));
    } else {
        print_table(config, report);
    }
    return 0;
}

}  // namespace carousel
