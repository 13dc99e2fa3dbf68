#include "cpu/output_layer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_rows = 5, k_symbols = 19;

/// Rows of H floats, and for each what a teacher expects and what follows.
struct Lessons {
    std::vector<float> hidden, expected;
    std::vector<TokenId> targets;
    std::ptrdiff_t row = leading_dimension(k_hidden);

    static constexpr std::int64_t k_hidden = 7;

    Lessons() {
        hidden.assign(static_cast<std::size_t>(k_rows * row), 0);
        for (std::int64_t r = 0; r < k_rows; ++r) {
            for (std::int64_t k = 0; k < k_hidden; ++k)
                hidden[static_cast<std::size_t>(r * row + k)] = drawn(1, r * k_hidden + k) - 0.5F;
            targets.push_back(static_cast<TokenId>(5 * r % k_symbols));
            float sum = 0;
            for (std::int64_t v = 0; v < k_symbols; ++v) {
                const float p = drawn(2, r * k_symbols + v);
                expected.push_back(p * p * p);
                sum += expected.back();
            }
            for (auto p = expected.end() - k_symbols; p != expected.end(); ++p) *p /= sum;
        }
    }

    static float drawn(std::uint32_t stream, std::int64_t i) {
        return random_uniform({5, RandomPurpose::benchmark, stream}, static_cast<std::uint64_t>(i));
    }

    OutputRows rows() const { return {hidden.data(), row, k_rows}; }
};

/// log softmax(z / temperature) of one row, in double.
std::vector<double> log_softmax(const float* logits, double temperature) {
    std::vector<double> all(logits, logits + k_symbols);
    const double largest = *std::max_element(all.begin(), all.end());
    double sum = 0;
    for (const double z : all) sum += std::exp((z - largest) / temperature);
    for (double& z : all) z = (z - largest) / temperature - std::log(sum);
    return all;
}

/// The mean loss as `TeachingConfig` has it.
double loss_of(OutputLayer& layer, ThreadPool& pool, const Lessons& lessons,
               const TeachingConfig& teaching) {
    const auto row = leading_dimension(k_symbols);
    std::vector<float> logits(static_cast<std::size_t>(k_rows * row));
    layer.logits(pool, lessons.rows(), logits.data(), row);
    const double temperature = double{teaching.temperature}, share = double{teaching.share};
    double sum = 0;
    for (std::size_t r = 0; r < k_rows; ++r) {
        const float* z = logits.data() + static_cast<std::ptrdiff_t>(r) * row;
        sum -= (1 - share) * log_softmax(z, 1)[lessons.targets[r]];
        const auto own = log_softmax(z, temperature);
        for (std::size_t v = 0; v < k_symbols; ++v)
            sum -= share * temperature * temperature * double{lessons.expected[r * k_symbols + v]} *
                   own[v];
    }
    return sum / k_rows;
}

}  // namespace

TEST_SUITE("cpu/output_layer") {
    TEST_CASE("with a teacher, gradients are central differences of the loss of both") {
        const auto model = lively_model({.vocabulary_size = k_symbols,
                                         .layers = 1,
                                         .hidden_size = Lessons::k_hidden,
                                         .embedding_size = 3});
        ThreadPool pool(1);
        OutputLayer layer(model, k_rows, {.trains = true});
        layer.prepare(pool);
        for (const TeachingConfig teaching :
             {TeachingConfig{0.5F, 1}, TeachingConfig{0.7F, 2.5F}, TeachingConfig{1, 0.5F}}) {
            CAPTURE(teaching.share);
            CAPTURE(teaching.temperature);
            Lessons lessons;
            std::vector<float> losses(k_rows), plain(k_rows), grad(lessons.hidden.size());
            Buffer gradients(model.parameters().stored());
            layer.backward(pool, lessons.rows(), k_rows, lessons.targets, plain.data(), grad.data(),
                           gradients.data());
            layer.backward(pool, lessons.rows(), k_rows, lessons.targets, losses.data(),
                           grad.data(), gradients.data(), {}, {lessons.expected.data(), teaching});
            CHECK(losses == plain);  // what is told is the loss of the text
            for (std::size_t i = 0; i < lessons.hidden.size(); ++i) {
                if (static_cast<std::ptrdiff_t>(i) % lessons.row >= Lessons::k_hidden) continue;
                const float at = lessons.hidden[i], step = 0x1p-7F;
                lessons.hidden[i] = at + step;
                const double above = loss_of(layer, pool, lessons, teaching);
                lessons.hidden[i] = at - step;
                const double below = loss_of(layer, pool, lessons, teaching);
                lessons.hidden[i] = at;
                CHECK(double{grad[i]} == doctest::Approx((above - below) / (2 * double{step}))
                                             .epsilon(1e-2)
                                             .scale(1e-2));
            }
        }
    }

    TEST_CASE("a share of nothing changes no bit of a gradient") {
        const auto model = lively_model({.vocabulary_size = k_symbols,
                                         .layers = 1,
                                         .hidden_size = Lessons::k_hidden,
                                         .embedding_size = 3});
        ThreadPool pool(1);
        OutputLayer layer(model, k_rows, {.trains = true});
        layer.prepare(pool);
        const Lessons lessons;
        std::vector<float> losses(k_rows), grad(lessons.hidden.size()), taught(grad);
        Buffer gradients(model.parameters().stored());
        layer.backward(pool, lessons.rows(), k_rows, lessons.targets, losses.data(), grad.data(),
                       gradients.data());
        layer.backward(pool, lessons.rows(), k_rows, lessons.targets, losses.data(), taught.data(),
                       gradients.data(), {}, {lessons.expected.data(), {0, 1}});
        CHECK(taught == grad);
    }
}
