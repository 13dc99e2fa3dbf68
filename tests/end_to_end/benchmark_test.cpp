#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

TEST_SUITE("end_to_end/benchmark") {
    TEST_CASE("everything is measured for the cell and sizes that are asked for") {
        const TemporaryFolder folder;
        const auto ended =
            run(folder.path(), {"benchmark", "--json", "--cell", "gru", "--hidden-size", "24",
                                "--batch-size", "2", "--window", "8", "--threads", "2", "--seconds",
                                "1", "--precision", "bf16", "--quiet"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        const auto report = nlohmann::json::parse(ended.out);
        CHECK(report.at("cell") == "gru");
        CHECK(report.at("hidden_size") == 24);
        CHECK(report.at("threads") == 2);
        for (const char* rate :
             {"sgemm_gflops", "train_chars_per_s", "train_muon_chars_per_s", "train_gflops",
              "train_share_of_sgemm", "product_bf16_gflops", "train_bf16_chars_per_s",
              "train_bf16_share_of_product", "generate_chars_per_s", "generate_int8_chars_per_s",
              "generate_16_chars_per_s", "prompt_chars_per_s", "weight_bandwidth_gb_per_s",
              "encode_codepoint_mb_per_s", "encode_grapheme_mb_per_s", "encode_byte_mb_per_s"}) {
            CHECK_MESSAGE(report.at(rate) > 0, rate);
        }
    }
}
