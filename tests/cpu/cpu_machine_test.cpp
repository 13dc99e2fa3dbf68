#include "cpu/cpu_machine.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "model/model.hpp"

using namespace carousel;

TEST_SUITE("cpu/cpu_machine") {
    TEST_CASE("it says how many threads it has and what they compute with") {
        CHECK(CpuMachine(1).description() == std::string("1 thread, ") + instruction_set());
        CHECK(CpuMachine(3).description() == std::string("3 threads, ") + instruction_set());
        CHECK(CpuMachine(3).threads() == 3);
    }

    TEST_CASE("softmax has the kernel's bits at every size, and touches nothing behind it") {
        const CpuMachine machine(1);
        for (const std::int64_t count : {1, 2, 15, 16, 17, 100}) {
            CAPTURE(count);
            std::vector<float> expected(static_cast<std::size_t>(padded(count)));
            for (std::int64_t i = 0; i < count; ++i)
                expected[static_cast<std::size_t>(i)] = std::sin(static_cast<float>(i));
            auto found = expected;
            found.resize(static_cast<std::size_t>(count));
            found.push_back(7);
            kernels().softmax(expected.data(), count, 1.7F);
            machine.softmax({found.data(), static_cast<std::size_t>(count)}, 1.7F);
            CHECK(found.back() == 7);
            for (std::size_t i = 0; i + 1 < found.size(); ++i) CHECK(found[i] == expected[i]);
        }
    }

    TEST_CASE("work is done once for each index") {
        std::vector<std::atomic<int>> done(100);
        CpuMachine(3).for_each(100, [&](std::int64_t i) { ++done[static_cast<std::size_t>(i)]; });
        for (const auto& count : done) CHECK(count == 1);
    }

    TEST_CASE("a model is the one whose weights it was made of, on this machine") {
        const LanguageModelConfig config{
            .vocabulary_size = 9, .layers = 1, .hidden_size = 5, .embedding_size = 3};
        const CpuMachine machine(2);
        const auto weights = machine.initial_weights(config, 4);
        const auto model = machine.model(config, weights);
        CHECK(model->weights() == weights);
        CHECK(model->config() == config);
        CHECK(&model->machine() == &machine);
    }
}
