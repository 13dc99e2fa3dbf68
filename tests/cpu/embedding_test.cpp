#include "cpu/embedding.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr LanguageModelConfig k_config{
    .vocabulary_size = 6, .layers = 1, .hidden_size = 7, .embedding_size = 3};

/// The embedding of a symbol in canonical order.
std::vector<float> row_of(const LanguageModel& model, TokenId id) {
    const auto values = model.weights().front().values;
    return {values.begin() + id * 3, values.begin() + id * 3 + 3};
}

std::vector<float> at(const GatheredRows& rows, std::int64_t position) {
    return {rows.at(position), rows.at(position) + 3};
}

}  // namespace

TEST_SUITE("cpu/embedding") {
    TEST_CASE("every position finds the embedding of its symbol, times the symbol's factor") {
        const auto model = lively_model(k_config);
        Embedding embedding(model, 4, {});
        const std::vector<TokenId> ids{5, 2, 5, 0};
        embedding.look_up(ids, nullptr);
        CHECK(embedding.distinct().count == 3);
        for (std::size_t i = 0; i < ids.size(); ++i)
            CHECK(at(embedding.rows(), static_cast<std::int64_t>(i)) == row_of(model, ids[i]));
        const std::vector<float> mask{0, 1, 2, 1, 1, 1};
        embedding.look_up(ids, mask.data());
        CHECK(at(embedding.rows(), 3) == std::vector<float>(3, 0.0F));
        const auto row = row_of(model, 2);
        CHECK(at(embedding.rows(), 1) == std::vector{2 * row[0], 2 * row[1], 2 * row[2]});
    }

    TEST_CASE("symbols that were looked up are located without making rows again") {
        const auto model = lively_model(k_config);
        Embedding embedding(model, 6, {});
        embedding.look_up(std::vector<TokenId>{0, 1, 2, 3, 4, 5}, nullptr);
        const auto before = embedding.look_ups();
        embedding.locate(std::vector<TokenId>{4, 4, 1});
        CHECK(embedding.look_ups() == before);
        CHECK(at(embedding.rows(), 1) == row_of(model, 4));
        CHECK(at(embedding.rows(), 2) == row_of(model, 1));
    }

    TEST_CASE("the gradient of a symbol is the sum of its positions', times its factor") {
        const auto model = lively_model(k_config);
        ThreadPool pool(2);
        Embedding embedding(model, 3, {.trains = true});
        const std::vector<float> mask{1, 1, 1, 1, 2, 1};
        embedding.look_up(std::vector<TokenId>{4, 1, 4}, mask.data());
        const auto row = embedding.distinct().row;
        std::vector<float> grads(static_cast<std::size_t>(3 * row));
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t k = 0; k < 3; ++k)
                grads[i * static_cast<std::size_t>(row) + k] = static_cast<float>(10 * i + k);
        }
        std::vector<float> gradients(static_cast<std::size_t>(model.parameters().stored()), 9.0F);
        embedding.backward(pool, grads.data(), gradients.data());
        const auto found = model.parameters().to_canonical(gradients.data()).front().values;
        std::vector<float> expected(18);
        for (std::size_t k = 0; k < 3; ++k) {
            expected[3 + k] = static_cast<float>(10 + k);
            expected[12 + k] = static_cast<float>(2 * (20 + 2 * k));
        }
        CHECK(found == expected);
    }
}
