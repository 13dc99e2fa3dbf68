#include "app/request_checks.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace carousel;

namespace {

using Net = LanguageModelConfig;

TrainingRequest transformer() {
    TrainingRequest request;
    request.architecture[&Net::cell] = CellKind::transformer;
    return request;
}

}  // namespace

TEST_SUITE("app/request_checks") {
    TEST_CASE("sizes that a Transformer cannot have are refused by their option") {
        CHECK_NOTHROW(require_consistent(transformer()));
        const auto refused = [](auto change, const char* words) {
            auto request = transformer();
            change(request.architecture);
            CHECK_THROWS_WITH_AS(require_consistent(request), doctest::Contains(words), UsageError);
        };
        refused([](auto& a) { a[&Net::embedding_size] = 32; }, "--embedding-size");
        refused([](auto& a) { a[&Net::output_input] = OutputInput::sum; }, "--output-input");
        refused(
            [](auto& a) {
                a[&Net::heads] = 3;
                a[&Net::hidden_size] = 64;
            },
            "--heads 3 do not divide --hidden-size 64");
        refused([](auto& a) { a[&Net::heads] = 7; }, "Give a --hidden-size, such as 224");
        refused([](auto& a) { a[&Net::heads] = 8191; }, "such as 8191");
    }

    TEST_CASE("heads that do not divide the units of a preset are refused, with the preset") {
        auto request = transformer();
        request.preset = Preset::quick;
        request.architecture[&Net::heads] = 3;
        CHECK_THROWS_WITH_AS(require_consistent(request),
                             doctest::Contains("--heads 3 do not divide the 160 units of --preset"),
                             UsageError);
        request.architecture[&Net::heads] = 5;
        CHECK_NOTHROW(require_consistent(request));
        request.architecture[&Net::heads] = 3;
        request.architecture[&Net::hidden_size] = 96;
        CHECK_NOTHROW(require_consistent(request));
    }

    TEST_CASE("those that it has are taken") {
        auto request = transformer();
        request.architecture[&Net::heads] = 3;
        CHECK_NOTHROW(require_consistent(request));
        request.architecture[&Net::hidden_size] = request.architecture[&Net::embedding_size] = 96;
        request.architecture[&Net::output_input] = OutputInput::top;
        CHECK_NOTHROW(require_consistent(request));
        // What a model that is trained further has decided, is held against that model.
        request.from = "model.carousel";
        request.architecture[&Net::cell].reset();
        CHECK_NOTHROW(require_consistent(request));
    }
}
