#include "benchmark/benchmark.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/random.hpp"
#include "base/scratch_file.hpp"
#include "cpu/bf16_matrix.hpp"
#include "cpu/blas.hpp"
#include "cpu/buffer.hpp"
#include "cpu/cpu_machine.hpp"
#include "data/corpus.hpp"
#include "kernels/kernels.hpp"
#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"
#include "model/reader.hpp"
#include "training/trainer.hpp"

namespace carousel {

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

template <typename Work>
double timed(Work&& work) {
    const double start = now();
    work();
    return now() - start;
}

// Rates of `amount` units per call, repeated for about `seconds` and at least three times.
template <typename Work>
void repeat(double seconds, double amount, std::vector<double>& rates, Work&& work) {
    const double end = now() + seconds;
    for (int i = 0; i < 3 || now() < end; ++i) rates.push_back(amount / timed(work));
}

Buffer random_buffer(std::int64_t count, std::uint32_t stream) {
    Buffer buffer(count);
    for (std::int64_t i = 0; i < count; ++i) {
        buffer.data()[i] =
            random_uniform({1, RandomPurpose::benchmark, stream}, static_cast<std::uint64_t>(i)) -
            0.5F;
    }
    return buffer;
}

/// OpenBLAS on the whole team: each member multiplies its own rows.
class Sgemm {
public:
    explicit Sgemm(ThreadPool& pool)
        : pool_(&pool),
          a_(random_buffer(k_size * k_size, 0)),
          b_(random_buffer(k_size * k_size, 1)),
          c_(k_size * k_size) {}

    static constexpr std::int64_t k_size = 2048;
    static constexpr double k_flops = 2.0 * k_size * k_size * k_size;

    void operator()() {
        pool_->run([&](int member) {
            const auto rows = split_evenly(k_size, pool_->size(), member);
            blas_multiply(rows.size(), k_size, k_size, a_.data() + rows.begin * k_size, b_.data(),
                          c_.data() + rows.begin * k_size);
        });
    }

private:
    ThreadPool* pool_;
    Buffer a_, b_, c_;
};

/// Our product in bf16 on the whole team, for sizes of a layer: each member multiplies its own
/// rows, which are rounded as in training.
class Bf16Product {
public:
    explicit Bf16Product(ThreadPool& pool)
        : pool_(&pool),
          rows_(random_buffer(k_rows * k_depth, 0)),
          out_(k_rows * k_columns),
          matrix_(k_columns / k_panel, k_depth) {
        const auto weights = random_buffer(k_columns * k_depth, 1);
        matrix_.pack(weights.data(), {0, k_columns / k_panel});
    }

    static constexpr std::int64_t k_rows = 2048, k_columns = 2048, k_depth = 512;
    static constexpr double k_flops = 2.0 * k_rows * k_columns * k_depth;

    void operator()() {
        pool_->run([&](int member) {
            const auto rows = split_evenly(k_rows, pool_->size(), member);
            matrix_.multiply({.in = rows_.data() + rows.begin * k_depth,
                              .in_row = k_depth,
                              .out = out_.data() + rows.begin * k_columns,
                              .out_row = k_columns,
                              .rows = rows.size()},
                             {0, k_columns / k_panel}, Bf16Matrix::Grouped::out);
        });
    }

private:
    ThreadPool* pool_;
    Buffer rows_, out_;
    Bf16Matrix matrix_;
};

void measure_training(const BenchmarkConfig& config, const CpuMachine& machine,
                      BenchmarkReport& report) {
    const auto symbols = static_cast<std::uint64_t>(config.batch_size * config.window);
    // Symbols by Zipf's law, as characters of real texts nearly are: the k-th has a share of about
    // 1 / k.
    const double spread = std::log(static_cast<double>(config.model.vocabulary_size));
    const auto read = [&](std::uint64_t begin, std::span<TokenId> out) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double u = double{random_uniform({1, RandomPurpose::benchmark, 2}, begin + i)};
            out[i] = static_cast<TokenId>(std::exp(spread * u)) - 1;
        }
    };
    TrainingConfig training;
    training.batch_size = config.batch_size;
    training.window = config.window;
    training.dropout_between = training.dropout_output = 0;
    training.reset_probability = training.average = 0;
    const auto trainer_with = [&](OptimizerKind optimizer) {
        training.optimizer = optimizer;
        return Trainer(
            machine, config.model, machine.initial_weights(config.model, 1),
            BatchIterator(read, 0, 4 * symbols + 1, {config.batch_size, config.window}, 1),
            training);
    };
    std::vector<double> train, train_muon, train_bf16, sgemm, product_bf16;
    {
        // Plain steps, which other programs have too.
        Trainer trainer = trainer_with(OptimizerKind::adam);
        const auto warm_up = [](Trainer& one) {
            for (int i = 0; i < 2; ++i) one.step(0);  // first touch of every buffer
        };
        warm_up(trainer);
        struct rusage usage {};
        getrusage(RUSAGE_SELF, &usage);
        report.peak_resident_bytes = std::int64_t{usage.ru_maxrss} * 1024;

        Trainer muon = trainer_with(OptimizerKind::muon);
        warm_up(muon);
        std::unique_ptr<Trainer> bf16;
        std::optional<Bf16Product> pairs;
        if (config.precision == TrainingPrecision::bf16) {
            training.precision = TrainingPrecision::bf16;
            bf16.reset(new Trainer(trainer_with(OptimizerKind::adam)));  // in its place
            warm_up(*bf16);
            pairs.emplace(machine.team())();
        }
        Sgemm product(machine.team());
        product();
        const double share = config.seconds * 0.5 / 8;
        for (int turn = 0; turn < 8; ++turn) {
            const double end = now() + share * 0.7;
            do {  // one by one: what the machine does meanwhile meets both
                const auto take_step = [&](Trainer& one, std::vector<double>& rates) {
                    rates.push_back(static_cast<double>(symbols) / timed([&] { one.step(0); }));
                };
                take_step(trainer, train);
                take_step(muon, train_muon);
                if (bf16) take_step(*bf16, train_bf16);
            } while (now() < end);
            const double sgemm_end = now() + share * 0.3;
            do {
                sgemm.push_back(Sgemm::k_flops / timed(product));
                if (pairs) product_bf16.push_back(Bf16Product::k_flops / timed(*pairs));
            } while (now() < sgemm_end);
        }
    }
    report.train = summarize(train);
    report.train_muon = summarize(train_muon);
    report.train_bf16 = summarize(train_bf16);
    report.product_bf16 = summarize(product_bf16);
    report.sgemm = summarize(sgemm);
}

// Characters/s of feeding each stream its likeliest symbol, a few characters a call.
class Streams {
public:
    Streams(const Model& model, std::int64_t count, Precision precision)
        : reader_(model.reader(count, precision)),
          state_(RecurrentState::zeros(model.config(), count)),
          ids_(TokenIds::shape_type{1, static_cast<std::size_t>(count)}) {
        ids_.fill(0);
        advance(1);
    }
    void advance(int characters) {
        for (int i = 0; i < characters; ++i) {
            reader_->advance(ids_, state_, logits_);
            for (std::size_t b = 0; b < ids_.shape(1); ++b) {
                const float* row = logits_.data() + b * logits_.shape(1);
                ids_(0, b) =
                    static_cast<TokenId>(std::max_element(row, row + logits_.shape(1)) - row);
            }
        }
    }

private:
    std::unique_ptr<Reader> reader_;
    RecurrentState state_;
    TokenIds ids_;
    Tensor<2> logits_;
};

void measure_generation(const BenchmarkConfig& config, const CpuMachine& machine,
                        BenchmarkReport& report) {
    const CpuMachine one_thread(1);
    const auto weights_of_model = machine.initial_weights(config.model, 1);
    const auto alone = one_thread.model(config.model, weights_of_model),
               team = machine.model(config.model, weights_of_model);
    Streams one(*alone, 1, Precision::float32), one_int8(*alone, 1, Precision::int8);
    Streams sixteen(*team, 16, Precision::float32), sixteen_int8(*team, 16, Precision::int8);
    const Buffer weights = random_buffer(
        static_cast<std::int64_t>(report.generate_bytes / sizeof(float)) / 16 * 16, 3);
    volatile double sink = 0;

    constexpr std::size_t k_prompt = 2048;
    TokenIds prompt(TokenIds::shape_type{k_prompt, 1});
    prompt.fill(0);
    const auto read_prompt = [&](const Model& model, std::vector<double>& rates, double seconds) {
        const auto reader = model.reader(1);
        auto state = RecurrentState::zeros(config.model, 1);
        Tensor<2> logits;
        repeat(seconds, static_cast<double>(k_prompt), rates,
               [&] { reader->advance(prompt, state, logits); });
    };

    std::vector<double> fp32, int8, streams, streams_int8, bandwidth, prompts, prompts_alone;
    const double share = config.seconds * 0.3 / (5 * 7);
    for (int turn = 0; turn < 5; ++turn) {
        repeat(share, 64, fp32, [&] { one.advance(64); });
        repeat(share, report.generate_bytes, bandwidth,
               [&] { sink = kernels().sum_of_squares(weights.data(), weights.size()); });
        repeat(share, 64, int8, [&] { one_int8.advance(64); });
        repeat(share, 64, streams, [&] { sixteen.advance(4); });
        repeat(share, 64, streams_int8, [&] { sixteen_int8.advance(4); });
        read_prompt(*team, prompts, share);
        read_prompt(*alone, prompts_alone, share);
    }
    report.generate = summarize(fp32);
    report.generate_int8 = summarize(int8);
    report.generate_16 = summarize(streams);
    report.generate_16_int8 = summarize(streams_int8);
    report.weight_bandwidth = summarize(bandwidth);
    report.prompt = summarize(prompts);
    report.prompt_one_thread = summarize(prompts_alone);
}

void measure_memory(const BenchmarkConfig& config, ThreadPool& pool, BenchmarkReport& report) {
    constexpr std::int64_t k_floats = std::int64_t{64} << 20;
    const Buffer memory(k_floats);
    std::vector<double> rates, sums(static_cast<std::size_t>(pool.size()));
    repeat(config.seconds * 0.05, k_floats * sizeof(float), rates, [&] {
        pool.run([&](int member) {
            const auto part = split_evenly(k_floats / 16, pool.size(), member);
            sums[static_cast<std::size_t>(member)] =
                kernels().sum_of_squares(memory.data() + part.begin * 16, part.size() * 16);
        });
    });
    report.memory_bandwidth = summarize(rates);
}

// Text of random words over letters of one, two and three bytes, in lines: 7 % of its bytes are not
// ASCII.
std::shared_ptr<ScratchFile> random_text(const std::filesystem::path& folder, std::uint64_t bytes) {
    const char* const letters[] = {"e", "t", "a", "o", "n", "i", "s",  "r", "h",  "l", "d",
                                   "u", "c", "m", "f", "w", "g", " ",  " ", " ",  ",", "y",
                                   "p", "b", "v", "k", "é", "ж", "\n", "e", "語", "t"};
    std::string piece;
    const RandomKey key{1, RandomPurpose::benchmark, 4};
    for (std::uint64_t i = 0; piece.size() < (std::size_t{1} << 20); ++i)
        piece += letters[random_word(key, i) % 32];
    auto file = std::make_shared<ScratchFile>(folder);
    while (file->size() < bytes) file->append(std::as_bytes(std::span(piece.data(), piece.size())));
    return file;
}

void measure_encoding(const BenchmarkConfig& config, BenchmarkReport& report) {
    constexpr std::uint64_t k_bytes = std::uint64_t{16} << 20;
    const auto text = random_text(config.scratch_folder, k_bytes);
    const DocumentList documents{{Document{"random text", text->size(), text}}, {}};
    const auto measure = [&](Unit unit) {
        CorpusConfig corpus;
        corpus.scratch_folder = config.scratch_folder;
        corpus.text.unit = unit;
        if (unit == Unit::byte) {
            corpus.text.normalization = Normalization::none;
            corpus.text.newlines = Newlines::keep;
        }
        std::vector<double> rates;
        repeat(config.seconds * 0.05, static_cast<double>(text->size()), rates,
               [&] { Corpus(documents, corpus); });
        return summarize(rates);
    };
    report.encode_codepoint = measure(Unit::codepoint);
    report.encode_grapheme = measure(Unit::grapheme);
    report.encode_byte = measure(Unit::byte);
}

}  // namespace

Rate summarize(std::vector<double> rates) {
    if (rates.empty()) return {};
    std::sort(rates.begin(), rates.end());
    return {rates.back(), rates[rates.size() / 2], static_cast<std::int64_t>(rates.size())};
}

BenchmarkReport run_benchmark(const BenchmarkConfig& config) {
    BenchmarkReport report;
    const auto h = config.model.hidden_size;
    const auto weights =
        static_cast<double>(multiplied_weights(config.model) + h * config.model.vocabulary_size);
    const auto& cell = cell_shape(config.model.cell);
    const auto table = has_input_table(cell) ? static_cast<double>(cell.input.count * h * h) : 0.0;
    report.train_flops = 6 * weights;
    report.train_flops_plain = 6 * (weights + table);
    report.generate_bytes = static_cast<double>(sizeof(float)) * weights;

    const CpuMachine machine(config.threads);
    measure_training(config, machine, report);
    measure_generation(config, machine, report);
    measure_memory(config, machine.team(), report);
    measure_encoding(config, report);
    return report;
}

std::string blas_in_use() {
    return blas_description();
}

}  // namespace carousel
