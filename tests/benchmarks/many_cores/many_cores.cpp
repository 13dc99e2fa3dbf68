// What more threads bring on this machine: whole updates of several nets, and, of the first of
// them, what they are made of beside what the machine gives at all. Prints a line for each number
// of threads.
//
// Before, what is counted: cpu/team_share.hpp.
//
// usage: many_cores SECONDS THREADS SHAPE THREADS [SHAPE THREADS ...]
//   SECONDS  for each measurement, roughly; it has three repetitions at least
//   THREADS  1,4,16; the first list is for the parts, of the first shape
//   SHAPE    CELL:LAYERS:HIDDEN:BATCH:WINDOW, as lstm:2:512:64:128

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "cpu/cpu_learner.hpp"
#include "cpu/cpu_machine.hpp"
#include "cpu/initialization.hpp"
#include "cpu/make_layers.hpp"
#include "cpu/matmul.hpp"
#include "cpu/team_share.hpp"
#include "kernels/kernels.hpp"
#include "model/cell_kind.hpp"
#include "model/training_config.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_symbols = 65;

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1)
        throw std::runtime_error(fmt::format("“{}” is no number from 1 on", text));
    return value;
}

std::vector<int> numbers(std::string_view text) {
    std::vector<int> values;
    for (const auto part : split(text, ',')) values.push_back(static_cast<int>(number(part)));
    return values;
}

struct Shape {
    std::string name;
    LanguageModelConfig net;
    BatchShape batch;
};

Shape shape_of(std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() != 5) throw std::runtime_error(fmt::format("“{}” is no shape", text));
    Shape shape;
    shape.name = text;
    const auto* cell = std::find(std::begin(k_cell_words), std::end(k_cell_words), parts[0]);
    if (cell == std::end(k_cell_words)) throw std::runtime_error("no such cell");
    shape.net.cell = static_cast<CellKind>(cell - std::begin(k_cell_words));
    shape.net.vocabulary_size = k_symbols;
    shape.net.layers = number(parts[1]);
    shape.net.hidden_size = shape.net.embedding_size = number(parts[2]);
    shape.batch = {.batch_size = number(parts[3]), .window = number(parts[4])};
    return shape;
}

/// Seconds of single calls.
struct Times {
    double best, median;
};

// After one call that touches everything for the first time.
template <typename Work>
Times repeat(double seconds, Work work) {
    work();
    std::vector<double> times;
    const Stopwatch all;
    do {
        const Stopwatch one;
        work();
        times.push_back(one.seconds());
    } while (all.seconds() < seconds || times.size() < 3);
    std::sort(times.begin(), times.end());
    return {times.front(), times[times.size() / 2]};
}

Batch random_batch(const BatchShape& shape) {
    const TokenIds::shape_type ids{static_cast<std::size_t>(shape.window),
                                   static_cast<std::size_t>(shape.batch_size)};
    Batch batch{TokenIds(ids), TokenIds(ids)};
    std::uint64_t at = 0;
    for (auto* some : {&batch.inputs, &batch.targets}) {
        for (auto& id : *some)
            id = static_cast<TokenId>(random_below({1, RandomPurpose::benchmark, 6}, at++,
                                                   static_cast<std::uint32_t>(k_symbols)));
    }
    return batch;
}

Times time_updates(const Shape& shape, int threads, double seconds, OptimizerKind optimizer) {
    const CpuMachine machine(threads);
    TrainingConfig training;
    training.batch_size = shape.batch.batch_size;
    training.window = shape.batch.window;
    training.optimizer = optimizer;
    training.dropout_between = training.dropout_output = 0;
    training.average = 0;
    const auto learner =
        machine.learner(shape.net, machine.initial_weights(shape.net, 1), learner_config(training));
    auto state = RecurrentState::zeros(shape.net, shape.batch.batch_size);
    const auto batch = random_batch(shape.batch);
    std::uint64_t step = 0;
    return repeat(seconds, [&] {
        learner->window(batch, state, {1, step});
        learner->exchange();
        learner->gradient_norm();
        learner->update({.number = ++step, .learning_rate = 1e-3F});
    });
}

/// Products of the size of one layer's window, and what the machine gives where nobody waits.
struct Rates {
    double alone, product, weight_gradient;  // FLOP/s
    double read;                             // bytes/s from memory
    double call, meeting;                    // seconds
};

Buffer filled(std::int64_t count) {
    Buffer buffer(count);
    for (std::int64_t i = 0; i < count; ++i)
        buffer.data()[i] = 0.001F * static_cast<float>(i % 1000 - 500);
    return buffer;
}

Rates rates_of(const Shape& shape, ThreadPool& pool, double seconds) {
    Rates rates{};
    const auto h = shape.net.hidden_size, panels = 4 * panels_for(h),
               rows = shape.batch.window * shape.batch.batch_size;
    const auto hidden_row = leading_dimension(h), gates_row = leading_dimension(4 * padded(h));
    const auto weights = filled(panels * k_panel * h), inputs = filled(rows * hidden_row);
    auto gates = filled(rows * gates_row);
    Buffer gradient(panels * k_panel * h);
    const double flops =
        2.0 * static_cast<double>(rows) * static_cast<double>(h) * 4.0 * static_cast<double>(h);
    const PanelProduct whole{.a = inputs.data(),
                             .a_row = hidden_row,
                             .a_depth = 1,
                             .w = weights.data(),
                             .w_panel = h * k_panel,
                             .c = gates.data(),
                             .c_row = gates_row,
                             .c_panel = k_panel,
                             .rows = rows,
                             .panels = panels,
                             .depth = h};
    rates.product = flops / repeat(seconds, [&] {
                                share_product(pool, rows, panels, [&](const ProductPart& share) {
                                    PanelProduct part = whole;
                                    part.rows = share.rows.size();
                                    part.panels = share.columns.size();
                                    part.a += share.rows.begin * part.a_row;
                                    part.w += share.columns.begin * part.w_panel;
                                    part.c += share.rows.begin * part.c_row +
                                              share.columns.begin * part.c_panel;
                                    kernels().product(part);
                                });
                            }).best;
    const GradientTarget target{inputs.data(), hidden_row, h, gradient.data()};
    rates.weight_gradient = flops / repeat(seconds, [&] {
                                        weight_gradient(pool, {.grad_outputs = gates.data(),
                                                               .grad_row = gates_row,
                                                               .rows = rows,
                                                               .panels = panels,
                                                               .targets = {&target, 1}});
                                    }).best;

    // A product whose numbers stay in the caches of the core that has it.
    constexpr std::int64_t k_rows = 56, k_depth = 256, k_panels = 8, k_times = 200;
    std::vector<Buffer> own;
    for (int i = 0; i < pool.size(); ++i)
        own.push_back(
            filled((k_rows * (k_depth + k_panels * k_panel)) + (k_depth * k_panels * k_panel)));
    rates.alone = 2.0 * k_rows * k_depth * k_panels * k_panel * k_times * pool.size() /
                  repeat(seconds, [&] {
                      pool.run([&](int member) {
                          float* const a = own[static_cast<std::size_t>(member)].data();
                          float* const w = a + k_rows * k_depth;
                          for (int i = 0; i < k_times; ++i)
                              kernels().product({.a = a,
                                                 .a_row = k_depth,
                                                 .a_depth = 1,
                                                 .w = w,
                                                 .w_panel = k_depth * k_panel,
                                                 .c = w + k_depth * k_panels * k_panel,
                                                 .c_row = k_panels * k_panel,
                                                 .c_panel = k_panel,
                                                 .rows = k_rows,
                                                 .panels = k_panels,
                                                 .depth = k_depth});
                      });
                  }).best;

    constexpr std::int64_t k_floats = std::int64_t{64} << 20;
    const Buffer memory(k_floats);
    std::vector<double> sums(static_cast<std::size_t>(pool.size()));
    rates.read = sizeof(float) * static_cast<double>(k_floats) /
                 repeat(seconds, [&] {
                     pool.run([&](int member) {
                         const auto part = split_evenly(k_floats / 16, pool.size(), member);
                         sums[static_cast<std::size_t>(member)] = kernels().sum_of_squares(
                             memory.data() + part.begin * 16, part.size() * 16);
                     });
                 }).best;

    constexpr int k_calls = 300;
    rates.call = repeat(seconds / 4,
                        [&] {
                            for (int i = 0; i < k_calls; ++i) pool.run([](int) {});
                        })
                     .median /
                 k_calls;
    rates.meeting = repeat(seconds / 4,
                           [&] {
                               pool.run([&](int) {
                                   for (int i = 0; i < k_calls; ++i) pool.barrier(0, pool.size());
                               });
                           })
                        .median /
                    k_calls;
    return rates;
}

/// One layer forward and backward, of which nearly all is the recurrence and, backward, the
/// gradient of U.
struct LayerTimes {
    Times forward, backward;
    double flops_forward, flops_backward;
};

LayerTimes layer_times(const Shape& shape, ThreadPool& pool, double seconds) {
    auto net = shape.net;
    net.layers = 1;
    const LanguageModel model(net, initial_weights(net, 1, pool));
    const auto positions = shape.batch.window * shape.batch.batch_size;
    Embedding embedding(model, positions, {.trains = true});
    const auto layers = make_layers(model, embedding,
                                    {.limits = {positions, shape.batch.batch_size},
                                     .use = {.trains = true},
                                     .threads = pool.size(),
                                     .all_streams = shape.batch.batch_size});
    const auto batch = random_batch(shape.batch);
    auto state = RecurrentState::zeros(net, shape.batch.batch_size);
    Buffer gradients(model.parameters().stored());
    embedding.look_up({batch.inputs.data(), batch.inputs.size()}, nullptr);
    layers->begin(pool, {1, 0});
    const auto forward = [&] {
        layers->forward(pool, {shape.batch.window, shape.batch.batch_size}, state);
    };
    LayerTimes times{};
    times.forward = repeat(seconds, forward);
    const auto values = padded(net.hidden_size);
    std::fill_n(layers->grad_outputs(), values, 1e-3F);
    times.backward =
        repeat(seconds, [&] { layers->backward(pool, gradients.data(), [](std::int64_t) {}); });
    const auto h = static_cast<double>(net.hidden_size);
    times.flops_forward = 8 * h * h * static_cast<double>(positions);
    times.flops_backward = 2 * times.flops_forward;
    return times;
}

void print_parts(const Shape& shape, int threads, double seconds) {
    ThreadPool pool(threads);
    const auto rates = rates_of(shape, pool, seconds);
    const auto layer = layer_times(shape, pool, seconds);
    fmt::print(
        "parts {} threads {}: own products {:.0f} GFLOP/s, window's product {:.0f}, weights' "
        "gradient {:.0f}, layer forward {:.0f} ({:.2f} ms), backward {:.0f} ({:.2f} ms), memory "
        "{:.0f} GB/s, call {:.2f} us, meeting {:.2f} us\n",
        shape.name, threads, rates.alone / 1e9, rates.product / 1e9, rates.weight_gradient / 1e9,
        layer.flops_forward / layer.forward.best / 1e9, layer.forward.best * 1e3,
        layer.flops_backward / layer.backward.best / 1e9, layer.backward.best * 1e3,
        rates.read / 1e9, rates.call * 1e6, rates.meeting * 1e6);
    std::fflush(stdout);
}

// Counted: what a step of the recurrence is for one thread of many, and what follows for an update
// whose other products are shared evenly.
void print_counts(const Shape& shape) {
    const auto& cell = cell_shape(shape.net.cell);
    const auto blocks = panels_for(shape.net.hidden_size);
    const auto layers = static_cast<double>(shape.net.layers);
    const auto h = static_cast<double>(shape.net.hidden_size),
               streams = static_cast<double>(shape.batch.batch_size);
    const auto update = [&](int threads) {  // for each step
        const auto team = team_share(cell, shape.batch.batch_size, blocks, threads);
        const double products = (4 * layers - 3) * 4 * h * h * streams / threads;
        return products +
               layers * cost(step_work(cell, shape.batch.batch_size, blocks, threads, team.groups),
                             threads);
    };
    for (const int threads : {1, 4, 8, 16, 32, 64}) {
        const auto team = team_share(cell, shape.batch.batch_size, blocks, threads);
        const auto work = step_work(cell, shape.batch.batch_size, blocks, threads, team.groups);
        fmt::print(
            "counted {} threads {}: {} groups, {:.2f} million multiply-adds, {:.0f} KB of weights, "
            "{:.0f} KB of others, {} meetings a step; update {:.1f} x\n",
            shape.name, threads, team.groups, work.multiply_adds * 1e-6, work.weight_bytes * 1e-3,
            work.foreign_bytes * 1e-3, work.meetings, update(1) / update(threads));
    }
}

void print_updates(const Shape& shape, const std::vector<int>& teams, double seconds) {
    std::map<OptimizerKind, double> first;
    for (const int threads : teams) {
        for (const auto optimizer : {OptimizerKind::adam, OptimizerKind::muon}) {
            const auto times = time_updates(shape, threads, seconds, optimizer);
            const auto symbols = static_cast<double>(shape.batch.batch_size * shape.batch.window);
            const auto& alone = first.try_emplace(optimizer, times.best).first->second;
            fmt::print(
                "update {} {} threads {}: best {:.0f} median {:.0f} characters/s, {:.2f} x\n",
                shape.name, optimizer == OptimizerKind::adam ? "adam" : "muon", threads,
                symbols / times.best, symbols / times.median, alone / times.best);
            std::fflush(stdout);
        }
    }
}

void run(const std::vector<std::string_view>& words) {
    if (words.size() < 4 || words.size() % 2 != 0)
        throw std::runtime_error(
            "usage: many_cores SECONDS THREADS SHAPE THREADS [SHAPE THREADS ...]");
    const double seconds = std::stod(std::string(words[0]));
    for (std::size_t i = 2; i < words.size(); i += 2) print_counts(shape_of(words[i]));
    for (std::size_t i = 2; i < words.size(); i += 2)
        print_updates(shape_of(words[i]), numbers(words[i + 1]), seconds);
    for (const int threads : numbers(words[1])) print_parts(shape_of(words[2]), threads, seconds);
}

}  // namespace

int main(int count, char** words) {
    try {
        run({words + 1, words + count});
    } catch (const std::exception& error) {
        fmt::print(stderr, "many_cores: {}\n", error.what());
        return 1;
    }
}
