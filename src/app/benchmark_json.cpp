#include "app/benchmark_json.hpp"

#include <nlohmann/json.hpp>

#include "app/machines.hpp"
#include "base/words.hpp"

namespace carousel {

namespace {

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

}  // namespace

std::string benchmark_json(const BenchmarkConfig& config, const BenchmarkReport& r) {
    const auto streamed = [&](double rate) {
        return share(rate * r.generate_bytes, r.weight_bandwidth.best);
    };
    nlohmann::ordered_json object{
        {"processor", processor_name()},
        {"instruction_set", instruction_set_in_use()},
        {"threads", config.threads},
        {"blas", blas_in_use()},
        {"cell", format_value(config.model.cell)},
        {"layers", config.model.layers},
        {"hidden_size", config.model.hidden_size},
        {"batch_size", config.batch_size},
        {"window", config.window},
        {"vocabulary", config.model.vocabulary_size},
        {"sgemm_gflops", r.sgemm.best / 1e9},
        {"train_chars_per_s", r.train.best},
        {"train_muon_chars_per_s", r.train_muon.best},
        {"train_gflops", r.train.best * r.train_flops / 1e9},
        {"train_gflops_plain", r.train.best * r.train_flops_plain / 1e9},
        {"train_share_of_sgemm", share(r.train.best * r.train_flops, r.sgemm.best)},
        {"generate_chars_per_s", r.generate.best},
        {"generate_share_of_bandwidth", streamed(r.generate.best)},
        {"generate_int8_chars_per_s", r.generate_int8.best},
        {"generate_16_chars_per_s", r.generate_16.best},
        {"generate_16_int8_chars_per_s", r.generate_16_int8.best},
        {"prompt_chars_per_s", r.prompt.best},
        {"prompt_one_thread_chars_per_s", r.prompt_one_thread.best},
        {"weight_bandwidth_gb_per_s", r.weight_bandwidth.best / 1e9},
        {"memory_bandwidth_gb_per_s", r.memory_bandwidth.best / 1e9},
        {"encode_codepoint_mb_per_s", r.encode_codepoint.best / 1e6},
        {"encode_grapheme_mb_per_s", r.encode_grapheme.best / 1e6},
        {"encode_byte_mb_per_s", r.encode_byte.best / 1e6},
        {"peak_resident_bytes", r.peak_resident_bytes}};
    const bool with_bf16 = config.precision == TrainingPrecision::bf16;
    if (with_bf16) {
        object["product_bf16_gflops"] = r.product_bf16.best / 1e9;
        object["train_bf16_chars_per_s"] = r.train_bf16.best;
        object["train_bf16_gflops"] = r.train_bf16.best * r.train_flops / 1e9;
        object["train_bf16_share_of_product"] =
            share(r.train_bf16.best * r.train_flops, r.product_bf16.best);
    }
    const auto add = [&](const char* name, const Rate& rate, double unit) {
        object[std::string(name) + "_median"] = rate.median / unit;
        object[std::string(name) + "_repetitions"] = rate.repetitions;
    };
    add("sgemm_gflops", r.sgemm, 1e9);
    add("train_chars_per_s", r.train, 1);
    add("train_muon_chars_per_s", r.train_muon, 1);
    if (with_bf16) {
        add("product_bf16_gflops", r.product_bf16, 1e9);
        add("train_bf16_chars_per_s", r.train_bf16, 1);
    }
    add("generate_chars_per_s", r.generate, 1);
    add("generate_int8_chars_per_s", r.generate_int8, 1);
    add("generate_16_chars_per_s", r.generate_16, 1);
    add("generate_16_int8_chars_per_s", r.generate_16_int8, 1);
    add("prompt_chars_per_s", r.prompt, 1);
    add("prompt_one_thread_chars_per_s", r.prompt_one_thread, 1);
    add("weight_bandwidth_gb_per_s", r.weight_bandwidth, 1e9);
    add("memory_bandwidth_gb_per_s", r.memory_bandwidth, 1e9);
    add("encode_codepoint_mb_per_s", r.encode_codepoint, 1e6);
    add("encode_grapheme_mb_per_s", r.encode_grapheme, 1e6);
    add("encode_byte_mb_per_s", r.encode_byte, 1e6);
    return object.dump(2) + '\n';
}

}  // namespace carousel
