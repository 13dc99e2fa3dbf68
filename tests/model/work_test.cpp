#include "model/work.hpp"

#include <doctest/doctest.h>

#include "model/parameter.hpp"
#include "model/transformer.hpp"

using namespace carousel;

namespace {

LanguageModelConfig net(std::int64_t hidden_size, CellKind cell = CellKind::lstm) {
    return {.cell = cell,
            .vocabulary_size = 65,
            .layers = 2,
            .hidden_size = hidden_size,
            .embedding_size = hidden_size};
}

}  // namespace

TEST_SUITE("model/work") {
    TEST_CASE("the work of an update is that of docs/performance.md and the input table") {
        const auto lstm = net(512);
        CHECK(multiplied_weights(lstm) == 3 * 4 * 512 * 512);
        const double products = 8192.0 * ((6 * 2 - 3) * 8.0 * 512 * 512 + 6.0 * 512 * 65);
        CHECK(update_flops(lstm, {64, 128}) == products + 6.0 * 65 * 512 * 4 * 512);
        const double matrix = (3 * 4.0 + 9) * 512 * 512 * 512;
        CHECK(orthogonalization_flops(lstm) == doctest::Approx(4 * matrix));
        CHECK(multiplied_weights(net(512, CellKind::cifg)) == 3 * 3 * 512 * 512);
    }

    TEST_CASE("rounds cost products and memory of their own") {
        const auto with = net(512, CellKind::mogrifier), without = net(512, CellKind::capped_lstm);
        // Ten rounds of rank 64, and W of layer 0, which is a table elsewhere.
        const double rounds = 10 * 64 * 2 * 512, input = 4 * 512 * 512;
        CHECK(multiplied_weights(with) == multiplied_weights(without) + rounds + input);
        CHECK(update_flops(with, {64, 128}) ==
              update_flops(without, {64, 128}) + 6 * (rounds + input) * 8192 - 6.0 * 65 * input);
        CHECK(training_bytes(with, {64, 128}) >
              training_bytes(without, {64, 128}) + 4 * 8192 * 2 * 512 * 10);
    }

    TEST_CASE("attention costs two matrices a layer and the outputs that it reads") {
        const auto with = net(512, CellKind::attention_lstm), without = net(512);
        const double matrices = 4 * 512 * 512, outputs = 2 * 2 * 64 * 512;
        CHECK(multiplied_weights(with) == multiplied_weights(without) + matrices);
        CHECK(update_flops(with, {64, 128}) ==
              update_flops(without, {64, 128}) + 6 * (matrices + outputs) * 8192);
        CHECK(orthogonalization_flops(with) ==
              doctest::Approx(orthogonalization_flops(without) + 4 * 12.0 * 512 * 512 * 512));
        CHECK(training_bytes(with, {64, 128}) >
              training_bytes(without, {64, 128}) + 4 * 8192 * 3 * 2 * 512);
    }

    TEST_CASE("a Transformer costs twelve matrices a layer and what attention reads") {
        const LanguageModelConfig net{.cell = CellKind::transformer,
                                      .vocabulary_size = 65,
                                      .layers = 4,
                                      .hidden_size = 128,
                                      .embedding_size = 128,
                                      .heads = 4,
                                      .context = 64};
        const double matrices = 4.0 * 12 * 128 * 128, past = 4.0 * 2 * 64 * 128;
        CHECK(update_flops(net, {12, 64}) == 6 * (matrices + past + 65.0 * 128) * 768);
        auto wider = net;
        wider.context = 512;
        CHECK(update_flops(wider, {12, 64}) == update_flops(net, {12, 64}) + 6 * 7 * past * 768);
        CHECK(training_bytes(wider, {12, 64}) > training_bytes(net, {12, 64}) + 4 * 7 * past * 12);
    }

    TEST_CASE("how much longer a Transformer takes than an lstm is near what was measured") {
        // Characters/s of one core beside each other: docs/compare.md.
        const auto seconds = [](LanguageModelConfig model, const BatchShape& shape) {
            model.vocabulary_size = 66;
            model.embedding_size = model.hidden_size;
            return update_work(with_transformer_sizes(model, shape.window), shape,
                               OptimizerKind::muon) /
                   static_cast<double>(shape.batch_size * shape.window);
        };
        const auto lstm = [](std::int64_t units) {
            return LanguageModelConfig{.cell = CellKind::lstm, .layers = 2, .hidden_size = units};
        };
        const auto transformer = [](std::int64_t layers, std::int64_t units) {
            return LanguageModelConfig{
                .cell = CellKind::transformer, .layers = layers, .hidden_size = units};
        };
        CHECK(seconds(transformer(6, 64), {32, 64}) / seconds(lstm(132), {32, 64}) ==
              doctest::Approx(42'548.0 / 20'372).epsilon(0.12));
        CHECK(seconds(transformer(3, 128), {16, 64}) / seconds(lstm(192), {16, 64}) ==
              doctest::Approx(20'974.0 / 12'237).epsilon(0.12));
    }

    TEST_CASE("the memory of a training is near what one was measured to take") {
        // `carousel benchmark`: 340 MB.
        CHECK(training_bytes(net(512), {64, 128}) == doctest::Approx(340e6).epsilon(0.2));
        // The largest resident set of `train --cell transformer --steps 2`: 221 and 741 MB.
        auto transformer = net(128, CellKind::transformer);
        transformer.layers = 4;
        CHECK(training_bytes(with_transformer_sizes(transformer, 64), {32, 64}) ==
              doctest::Approx(221e6).epsilon(0.2));
        transformer.hidden_size = 256;
        transformer.layers = 6;
        CHECK(training_bytes(with_transformer_sizes(transformer, 64), {32, 64}) ==
              doctest::Approx(741e6).epsilon(0.2));
    }
}
