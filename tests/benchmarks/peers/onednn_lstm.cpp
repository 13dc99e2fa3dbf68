// Times oneDNN's LSTM primitive alone: forward_training + backward over one window, without
// embedding, softmax and optimiser. usage: onednn_lstm LAYERS HIDDEN BATCH WINDOW [SECONDS [bf16]]
// Also times one character of batch-1 inference. With bf16, inputs, outputs and weights are in
// bf16, and cell states, biases and all gradients in single precision, as oneDNN has it. Prints one
// JSON object. `run` builds it (Debian: libdnnl-dev).
#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace dnnl;
using tag = memory::format_tag;

static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Values are written in a plain layout and reordered, since the primitive may ask for packed
// weights.
static memory filled(const memory::desc& desc, const engine& eng) {
    const auto dims = desc.dims();
    memory::dims strides(dims.size(), 1);
    for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
    memory plain(memory::desc(dims, memory::data_type::f32, strides), eng);
    auto* p = static_cast<float*>(plain.get_data_handle());
    for (size_t i = 0; i < plain.get_desc().get_size() / sizeof(float); ++i)
        p[i] = 0.01f * (float((i * 7919) % 13) - 6);
    if (plain.get_desc() == desc) return plain;
    memory wanted(desc, eng);
    stream s(eng);
    reorder(plain, wanted).execute(s, plain, wanted);
    s.wait();
    return wanted;
}

int main(int argc, char** argv) {
    if (argc < 5)
        return std::fprintf(stderr,
                            "usage: onednn_lstm LAYERS HIDDEN BATCH WINDOW [SECONDS [bf16]]\n"),
               2;
    const int L = std::atoi(argv[1]), H = std::atoi(argv[2]), B = std::atoi(argv[3]),
              T = std::atoi(argv[4]);
    const double seconds = argc > 5 ? std::atof(argv[5]) : 6;
    engine eng(engine::kind::cpu, 0);
    stream s(eng);
    const bool bf16 = argc > 6 && argv[6] == std::string("bf16");
    const auto factors = bf16 ? memory::data_type::bf16 : memory::data_type::f32;
    auto desc = [](memory::dims d, tag t) { return memory::desc(d, memory::data_type::f32, t); };
    auto factor = [&](memory::dims d, tag t) { return memory::desc(d, factors, t); };
    const auto one_way = rnn_direction::unidirectional_left2right;

    auto setup = [&](int batch, int window, prop_kind kind) {
        memory::dims x{window, batch, H}, state{L, 1, batch, H}, w{L, 1, H, 4, H}, b{L, 1, 4, H};
        return lstm_forward::desc(kind, one_way, factor(x, tag::tnc), factor(state, tag::ldnc),
                                  desc(state, tag::ldnc), factor(w, tag::any), factor(w, tag::any),
                                  desc(b, tag::ldgo), factor(x, tag::tnc), factor(state, tag::ldnc),
                                  desc(state, tag::ldnc));
    };
    lstm_forward::primitive_desc fp(setup(B, T, prop_kind::forward_training), eng);
    memory::dims x{T, B, H}, state{L, 1, B, H}, w{L, 1, H, 4, H}, b{L, 1, 4, H};
    lstm_backward::primitive_desc bp(
        lstm_backward::desc(prop_kind::backward, one_way, factor(x, tag::tnc),
                            factor(state, tag::ldnc), desc(state, tag::ldnc), factor(w, tag::any),
                            factor(w, tag::any), desc(b, tag::ldgo), factor(x, tag::tnc),
                            factor(state, tag::ldnc), desc(state, tag::ldnc), desc(x, tag::tnc),
                            desc(state, tag::ldnc), desc(state, tag::ldnc), desc(w, tag::any),
                            desc(w, tag::any), desc(b, tag::ldgo), desc(x, tag::tnc),
                            desc(state, tag::ldnc), desc(state, tag::ldnc)),
        eng, fp);
    auto forward_arguments = [&](const lstm_forward::primitive_desc& p) {
        return std::unordered_map<int, memory>{
            {DNNL_ARG_SRC_LAYER, filled(p.src_layer_desc(), eng)},
            {DNNL_ARG_SRC_ITER, filled(p.src_iter_desc(), eng)},
            {DNNL_ARG_SRC_ITER_C, filled(p.src_iter_c_desc(), eng)},
            {DNNL_ARG_WEIGHTS_LAYER, filled(p.weights_layer_desc(), eng)},
            {DNNL_ARG_WEIGHTS_ITER, filled(p.weights_iter_desc(), eng)},
            {DNNL_ARG_BIAS, filled(p.bias_desc(), eng)},
            {DNNL_ARG_DST_LAYER, filled(p.dst_layer_desc(), eng)},
            {DNNL_ARG_DST_ITER, filled(p.dst_iter_desc(), eng)},
            {DNNL_ARG_DST_ITER_C, filled(p.dst_iter_c_desc(), eng)}};
    };
    auto fargs = forward_arguments(fp);
    fargs[DNNL_ARG_WORKSPACE] = memory(fp.workspace_desc(), eng);
    auto bargs = fargs;
    bargs[DNNL_ARG_WEIGHTS_LAYER] = filled(bp.weights_layer_desc(), eng);
    bargs[DNNL_ARG_WEIGHTS_ITER] = filled(bp.weights_iter_desc(), eng);
    bargs[DNNL_ARG_DIFF_SRC_LAYER] = filled(bp.diff_src_layer_desc(), eng);
    bargs[DNNL_ARG_DIFF_SRC_ITER] = filled(bp.diff_src_iter_desc(), eng);
    bargs[DNNL_ARG_DIFF_SRC_ITER_C] = filled(bp.diff_src_iter_c_desc(), eng);
    bargs[DNNL_ARG_DIFF_WEIGHTS_LAYER] = filled(bp.diff_weights_layer_desc(), eng);
    bargs[DNNL_ARG_DIFF_WEIGHTS_ITER] = filled(bp.diff_weights_iter_desc(), eng);
    bargs[DNNL_ARG_DIFF_BIAS] = filled(bp.diff_bias_desc(), eng);
    bargs[DNNL_ARG_DIFF_DST_LAYER] = filled(bp.diff_dst_layer_desc(), eng);
    bargs[DNNL_ARG_DIFF_DST_ITER] = filled(bp.diff_dst_iter_desc(), eng);
    bargs[DNNL_ARG_DIFF_DST_ITER_C] = filled(bp.diff_dst_iter_c_desc(), eng);

    lstm_forward forward(fp);
    lstm_backward backward(bp);
    std::vector<double> times;
    for (double end = now() + seconds; times.size() < 4 || now() < end;) {
        const double start = now();
        forward.execute(s, fargs);
        backward.execute(s, bargs);
        s.wait();
        times.push_back(now() - start);
    }
    std::sort(times.begin() + 1, times.end());
    const double step = times[1], median = times[1 + (times.size() - 1) / 2];

    lstm_forward::primitive_desc ip(setup(1, 1, prop_kind::forward_inference), eng);
    auto iargs = forward_arguments(ip);
    lstm_forward infer(ip);
    const int count = 1000;
    double start = 0;
    for (int i = 0; i < count + 50; ++i) {
        if (i == 50) start = now();
        infer.execute(s, iargs);
        s.wait();
    }
    const double generate = count / (now() - start);
    const auto* v = dnnl_version();
    std::printf(
        "{\"peer\": \"oneDNN %d.%d.%d, LSTM alone%s\", \"train_chars_per_s\": %.0f, "
        "\"train_chars_per_s_median\": %.0f, "
        "\"generate_chars_per_s\": %.0f}\n",
        v->major, v->minor, v->patch, bf16 ? ", bf16" : "", B * T / step, B * T / median, generate);
}
